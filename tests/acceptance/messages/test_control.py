"""The contract's section "Control": cancel at any time, and ask how a booking stands."""

import asyncio
from uuid import uuid4

import pytest

from publisher import BookingRejectedError, BookingRequest, Client, Status
from tests.acceptance.conftest import World, in_both_shapes
from tests.acceptance.inbox import TRIP, Inbox

pytestmark = in_both_shapes


async def test_a_cancel_while_it_runs_undoes_what_was_taken(booking: World, inbox: Inbox) -> None:
    own = uuid4().hex
    await inbox.send({**TRIP, "hotel": "slow-hotel", "booking_id": own}, correlation_id="request")
    await booking.until_it_books(own, "hotel")
    await inbox.control("booking.cancel", {"booking_id": own, "reason": "ill"}, correlation_id="cancel")
    answers = {a["correlation_id"]: a for a in [await inbox.answer(), await inbox.answer()]}

    assert set(answers) == {"request", "cancel"}
    assert {a["status"] for a in answers.values()} == {"cancelled"}
    assert answers["request"]["reason"] == {"code": "cancelled_by_request", "leg": None, "message": "ill"}
    assert [leg["status"] for leg in answers["request"]["legs"]] == ["undone", "undone", "not_tried"]


async def test_a_cancel_that_overtakes_its_request_still_wins(inbox: Inbox) -> None:
    own = uuid4().hex
    await inbox.control("booking.cancel", {"booking_id": own}, correlation_id="cancel")
    status = await inbox.until_cancel_is_known(own)
    request = {**TRIP, "booking_id": own}
    await inbox.send(request, correlation_id="request")
    answers = {a["correlation_id"]: a for a in [await inbox.answer(), await inbox.answer()]}
    await inbox.send(request, correlation_id="request")
    again = await inbox.answer()
    await inbox.send({**request, "car": "another"}, correlation_id="other")
    conflict = await inbox.answer()

    assert status["status"] == "cancelled"
    assert set(answers) == {"request", "cancel"}
    assert answers["request"]["status"] == "cancelled"
    assert answers["request"]["reason"]["code"] == "cancelled_by_request"
    assert {leg["status"] for leg in answers["request"]["legs"]} == {"not_tried"}
    assert (answers["request"]["duplicate"], again["duplicate"]) == (False, True)
    assert again["user_id"] == answers["request"]["user_id"]
    assert conflict["reason"]["code"] == "conflict"


async def test_a_cancel_after_the_end_changes_nothing_and_gets_the_original_result(inbox: Inbox) -> None:
    own = uuid4().hex
    await inbox.send({**TRIP, "booking_id": own})
    first = await inbox.answer()
    await inbox.control("booking.cancel", {"booking_id": own})
    again = await inbox.answer()

    assert (first["status"], again["status"], again["duplicate"]) == ("booked", "booked", True)
    assert again["message_id"] == first["message_id"]


async def test_status_of_a_running_an_ended_and_an_unknown_booking(booking: World, inbox: Inbox) -> None:
    own = uuid4().hex
    await inbox.send({**TRIP, "hotel": "slow-hotel", "booking_id": own}, correlation_id="request")
    await booking.until_it_books(own, "hotel")
    await inbox.control("booking.status", {"booking_id": own}, correlation_id="status")
    running = await inbox.answer()
    ended = await inbox.answer()
    await inbox.control("booking.status", {"booking_id": own})
    status = await inbox.answer()
    await inbox.control("booking.status", {"booking_id": "nobody"})
    unknown = await inbox.answer()

    assert (running["type"], running["status"], running["correlation_id"]) == (
        "booking.status",
        "running",
        "status",
    )
    assert running["user_id"] == ended["user_id"]
    assert [leg["status"] for leg in running["legs"]] in (
        ["booked", "unknown", "not_tried"],
        ["unknown", "not_tried", "not_tried"],
    )
    assert (status["type"], status["status"], status["result"]) == (
        "booking.status",
        "booked",
        ended["result"],
    )
    assert (unknown["status"], unknown["booking_id"]) == ("unknown_booking", "nobody")


async def test_the_status_that_nobody_waits_for_any_more_is_dropped_and_not_parked(
    booking: World, inbox: Inbox
) -> None:
    gone = f"{booking.settings.results_queue}.gone-{uuid4().hex}"
    await inbox.control("booking.status", {"booking_id": "nobody"}, reply_to=gone)
    await booking.services[0].logged(f"{gone} is gone: the status that it asked for is dropped")
    await inbox.control("booking.cancel", {"booking_id": (own := uuid4().hex)})
    await inbox.send({**TRIP, "booking_id": own}, reply_to=gone)
    parked = await inbox.parked(gone)

    assert parked.type == "booking.result"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("booking.cancel", b"not json"),
        ("booking.cancel", b"{}"),
        ("booking.status", b'{"booking_id": 7}'),
        ("booking.delete", b'{"booking_id": "x"}'),
    ],
)
async def test_a_malformed_control_message_is_dropped_and_the_consumer_goes_on(
    booking: World, inbox: Inbox, kind: str, body: bytes
) -> None:
    own = uuid4().hex
    await inbox.control(kind, body, message_id=own)
    await inbox.control("booking.status", {"booking_id": "nobody"})

    assert (await inbox.answer())["status"] == "unknown_booking"
    await booking.services[0].logged(f"Control message {own} dropped")


async def test_a_control_message_with_a_forbidden_reply_to_does_nothing(booking: World, inbox: Inbox) -> None:
    own, message_id = uuid4().hex, uuid4().hex
    await inbox.control("booking.cancel", {"booking_id": own}, reply_to="elsewhere", message_id=message_id)
    await booking.services[0].logged(f"Control message {message_id} dropped")
    await inbox.send({**TRIP, "booking_id": own})

    assert (await inbox.answer())["status"] == "booked"


@pytest.mark.usefixtures("booking")
async def test_the_status_of_what_was_rejected_is_unknown_to_its_sender_too(client: Client) -> None:
    blank = BookingRequest.model_construct(**{**TRIP, "name": " "}, booking_id=uuid4().hex)
    with pytest.raises(BookingRejectedError):
        await client.book(blank)

    assert (await client.status(blank.booking_id or "")).status is Status.UNKNOWN_BOOKING


async def test_the_cancel_and_status_commands(booking: World, client: Client) -> None:
    own = uuid4().hex
    code, printed, _ = await booking.voyage("status", own)
    assert (code, '"unknown_booking"' in printed) == (1, True)
    code, printed, _ = await booking.voyage("cancel", own, "--reason", "ill")
    assert (code, own in printed) == (0, True)
    status = await client.status(own)
    while status.status.value == "unknown_booking":
        status = await client.status(own)
    assert status.status.value == "cancelled"


async def test_the_status_of_what_was_just_sent_is_never_unknown(booking: World, client: Client) -> None:
    """The control queue doesn't wait behind the backlog, so a status may overtake its request."""
    sent = [await client.publish(BookingRequest(**TRIP, booking_id=uuid4().hex)) for _ in range(30)]
    told = await asyncio.gather(*map(client.status, reversed(sent)))
    assert {status.status.value for status in told} <= {"running", "booked"}
    assert {status.booking_id for status in told} == set(sent)
    assert booking.services
