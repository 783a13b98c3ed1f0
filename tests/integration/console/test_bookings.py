"""Bookings in the console: their legs as they go, without loading anew, and the form that books."""

import json
import re
from uuid import uuid4

import pytest
from aio_pika import connect

from saga.models import ReplyCallback
from saga.search_attributes import search_attributes_of
from saga.workflows.booking import BookingWorkflow
from tests.integration.conftest import Saga
from tests.integration.console.conftest import Browser

NEXT = re.compile(r'href="([^"]+)" rel="next"')


def own(workflow_id: str) -> str:
    return workflow_id.removeprefix("booking-")


async def test_a_booking_is_shown_leg_by_leg_as_it_goes(browser: Browser, saga: Saga) -> None:
    go_on = saga.supplier.hold("book hotel")
    handle = await saga.start(prefix="booking-")
    path = f"/bookings/{own(handle.id)}"

    now = await browser.sees(path, '<span class="state">being booked</span>', "car-")
    assert '<span class="state">waiting</span>' in now
    assert '<span class="status running">running</span>' in now

    async with browser.looking(path) as events:
        await anext(events)
        go_on.set()
        last = await anext(events)
        while "status booked" not in last:
            last = await anext(events)
    assert last.count('<span class="state">booked</span>') == 3


async def test_a_refused_booking_is_shown_undone_with_its_reason(browser: Browser, saga: Saga) -> None:
    handle = await saga.start(prefix="booking-", flight="invalid")
    await handle.result()
    page = await browser.sees(f"/bookings/{own(handle.id)}", "status cancelled")

    assert page.count('<span class="state">undone</span>') == 2
    assert '<span class="state">refused</span>' in page
    assert "Invalid flight booking, rolling back!" in page


async def test_a_booking_without_a_worker_shows_what_temporal_knows(browser: Browser, saga: Saga) -> None:
    await saga.stop_worker()
    handle = await saga.start(prefix="booking-")
    page = await browser.sees(f"/bookings/{own(handle.id)}", "No worker answers for it")
    assert page.count('<span class="state">waiting</span>') == 3
    await handle.terminate()


async def test_the_list_goes_page_by_page_and_is_filtered(browser: Browser, saga: Saga) -> None:
    group = f"t{uuid4().hex[:8]}"
    for number in range(30):
        flight = "invalid" if number % 10 == 0 else "f"
        handle = await saga.start(
            prefix=f"booking-{group}-", flight=flight, shown=search_attributes_of(f"{group}-{number}")
        )
        await handle.result()

    first = await browser.sees(f"/bookings?id={group}", ">30 bookings", cards=25)
    await browser.sees(NEXT.findall(first)[0].replace("&amp;", "&"), "First page", cards=5)
    refused = await browser.sees(f"/bookings?id={group}&status=cancelled", ">3 bookings", cards=3)
    assert refused.count("status cancelled") == 3
    await browser.sees(f"/bookings?id={group}&leg=flight%20refused", "looked for in 30 of them", cards=3)


async def test_who_asked_is_shown_of_a_running_and_of_an_ended_booking(browser: Browser, saga: Saga) -> None:
    go_on = saga.supplier.hold("book hotel")
    handle = await saga.start(prefix="booking-")
    for caller in ("amq.gen-first", "amq.gen-second"):
        context = {"reply_to": caller, "correlation_id": f"{caller}-1"}
        nobody = ReplyCallback(activity="publish_result", task_queue=f"{saga.task_queue}-no", context=context)
        await handle.signal(BookingWorkflow.join, nobody)
    path = f"/bookings/{own(handle.id)}"
    await browser.sees(path, "amq.gen-first <", "correlation id amq.gen-first-1", "amq.gen-second <")
    go_on.set()
    page = await browser.sees(path, "An answer waits for a voyage-consumer.")
    assert '<span class="status booked">' in page
    await handle.terminate()
    await browser.sees(path, "amq.gen-first <", "amq.gen-second <", "failed")


async def test_an_id_that_nobody_knows_is_told(browser: Browser) -> None:
    assert "Temporal knows no booking with this id" in await browser.sees("/bookings/nobody-1", "knows no")


@pytest.mark.parametrize("example", ["works", "refused", "flaky"])
async def test_the_form_sends_what_it_was_filled_with(browser: Browser, example: str) -> None:
    page = await browser.get(f"/book?example={example}")
    chosen = browser.console.examples[example].request
    for value in (chosen["name"], chosen["flight"]):
        assert f'value="{value}"' in page
    fields = {f"field.{place}": text for place, text in browser.console.form.of(chosen).items()}
    booking_id = f"t-{uuid4().hex}"
    page = await browser.acts("/book", **fields, **{"field.booking_id": booking_id})

    assert f"The request for {booking_id} is sent." in page
    async with await connect(browser.console.settings.amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(browser.console.settings.requests_queue)
        body = json.loads((await queue.get(no_ack=True)).body)
    assert body == {**chosen, "booking_id": booking_id} | ({} if example == "flaky" else {"attempts": 5})


async def test_a_mistake_in_the_form_stands_beside_its_field(browser: Browser) -> None:
    answer, page = await browser.post("/book", **{"field.name": "Jane", "field.attempts": "many"})
    assert answer.status == 422
    assert 'aria-describedby="field-attempts-help field-attempts-mistake" aria-invalid="true"' in page
    assert 'value="Jane"' in page
