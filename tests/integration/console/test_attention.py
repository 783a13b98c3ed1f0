"""A booking whose undo failed, in the console: seen, tried again, settled."""

import re
from uuid import uuid4

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle

from consumer.settings import ConsumerSettings
from saga.errors import SupplierRefusedError
from saga.models import BookingStatus, LegStatus
from saga.suppliers.supplier import SupplierCall
from tests.integration.conftest import Handle, Saga
from tests.integration.console.conftest import (
    Browser,
    a_browser,
    a_console,
    console_settings,
    until_connected,
)
from tests.poll import eventually


@pytest.fixture
async def waiting(saga: Saga) -> Handle:
    async def no_way_back(_: SupplierCall) -> None:
        raise SupplierRefusedError("no way back")

    saga.supplier.on["undo hotel"] = no_way_back
    return await saga.start(flight="invalid", prefix="booking-")


async def test_it_is_listed_with_its_reason_and_retried(
    browser: Browser, saga: Saga, waiting: Handle
) -> None:
    page = await browser.sees("/attention", waiting.id)
    card = page.partition(f'id="open-{waiting.id}"')[2].partition("</li>\n</ol>")[0]
    assert "still booked" in card
    assert "no way back" in card

    del saga.supplier.on["undo hotel"]
    page = await browser.acts("/attention/retry", id=waiting.id)
    assert "tries again to undo its open legs." in page
    outcome = await waiting.result()
    assert outcome.status is BookingStatus.CANCELLED


async def test_it_is_settled_with_a_note_after_a_question(browser: Browser, waiting: Handle) -> None:
    await browser.sees("/attention", waiting.id)
    answer, asked = await browser.post("/attention/settle", id=waiting.id, note="by phone, Mr Jones")
    assert answer.status == 200
    assert "can&#39;t be taken back" in asked

    page = await browser.acts("/attention/settle", id=waiting.id, note=" ", confirmed="yes")
    assert "Say how it was settled" in page
    await browser.acts("/attention/settle", id=waiting.id, note="by phone, Mr Jones", confirmed="yes")
    [_, hotel, _] = (await waiting.result()).legs
    assert hotel.status is LegStatus.UNDONE
    assert "by phone, Mr Jones (by " in (hotel.error or "")


async def stuck_booking(saga: Saga) -> WorkflowHandle[object, object]:
    """A booking with a policy that the workflow's code can't take."""
    booking = {
        "book_user_id": "jane-1",
        **{f"book_{leg}_id": "c" for leg in ("car", "hotel", "flight")},
        "policy": {"retry_interval": 1e20},
    }
    return await saga.client.start_workflow(
        "BookingWorkflow", booking, id=f"booking-{uuid4().hex}", task_queue=saga.task_queue
    )


async def test_a_stuck_booking_is_listed_with_its_reason_and_terminated(
    own_queues: ConsumerSettings, saga: Saga
) -> None:
    settings = console_settings(own_queues, task_queue=saga.task_queue)
    async with a_console(settings) as console, a_browser(console) as browser:
        await until_connected(console)
        handle = await stuck_booking(saga)

        async def tried_often() -> bool:
            described = await handle.describe()
            return described.raw_description.pending_workflow_task.attempt >= 3

        await eventually("the task to fail again and again", tried_often, 60)
        console.attention.forget()
        page = await browser.sees(
            "/attention", handle.id.removeprefix("booking-"), "OverflowError", within=60
        )
        assert re.search(r'<span id="needs" class="count">[1-9]', page), "other tests' bookings count too"
        answer, asked = await browser.post("/attention/terminate", id=handle.id)
        assert answer.status == 200
        assert "undone by hand" in asked
        page = await browser.acts("/attention/terminate", id=handle.id, confirmed="yes")
        assert f"{handle.id} is terminated." in page
    assert (await handle.describe()).status is WorkflowExecutionStatus.TERMINATED


async def test_a_booking_that_goes_on_is_not_terminated(browser: Browser, saga: Saga) -> None:
    go_on = saga.supplier.hold("book hotel")
    handle = await saga.start(prefix="booking-")
    page = await browser.acts("/attention/terminate", id=handle.id, confirmed="yes")
    assert "it was not terminated" in page
    go_on.set()
    assert (await handle.result()).status is BookingStatus.BOOKED


async def test_what_is_not_listed_is_told(browser: Browser) -> None:
    page = await browser.acts("/attention/retry", id="nobody-1")
    assert "nobody-1" in page
    assert 'class="notice failed"' in page
