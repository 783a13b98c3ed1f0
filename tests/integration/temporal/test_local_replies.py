"""A reply callback that is `local`: the booking's own worker answers if it can, else the task queue does."""

import pytest
from temporalio.client import Client

from tests.integration.temporal_workers import ANSWER, Answering, book


async def test_the_worker_itself_answers_and_the_server_sees_no_activity_for_it(temporal: Client) -> None:
    here, elsewhere = Answering(), Answering()
    handle, _ = await book(temporal, here, elsewhere)
    events = (await handle.fetch_history()).events
    scheduled = (event.activity_task_scheduled_event_attributes.activity_type.name for event in events)

    assert (len(here.given), elsewhere.given) == (1, [])
    assert ANSWER not in set(scheduled)


@pytest.mark.thorough
@pytest.mark.parametrize("here", [Answering(works=False), None], ids=["fails", "isn't there"])
async def test_an_answer_that_the_worker_cannot_give_goes_to_the_task_queue(
    temporal: Client, here: Answering | None
) -> None:
    elsewhere = Answering()
    await book(temporal, here, elsewhere)

    assert (len(here.given) if here else 1, len(elsewhere.given)) == (1, 1)
