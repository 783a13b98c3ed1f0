"""What a test may say of its suppliers, and what it is told of them, over real servers."""

import time

import pytest

from examples.safari import Safari
from publisher import BookingRejectedError
from publisher.contract.result import Status
from voyage.testing import HarnessError, Voyage
from voyage.testing.harness import Harness
from voyage.trips import Trip

UNTIL_THE_PERMIT = ["book jeep", "book guide", "book lodge", "book permit"]


@pytest.fixture(scope="session")
def voyage_trip() -> type[Trip]:
    return Safari


def in_groups(voyage: Voyage) -> list[str]:
    """The calls, those of lodge and guide in the order of their names, as they are made at the same time."""
    calls: list[str] = [*voyage.ledger.calls]
    for first in (one for one, call in enumerate(calls) if call.endswith(("lodge", "guide"))):
        pair = calls[first : first + 2]
        if {one.partition(" ")[2] for one in pair} == {"lodge", "guide"}:
            calls[first : first + 2] = sorted(pair)
    return calls


def test_everything_is_booked_until_something_else_is_said(voyage: Voyage) -> None:
    result = voyage.book(voyage.example(loyalty_number="L-1"))

    assert result.status is Status.BOOKED
    assert in_groups(voyage) == [*UNTIL_THE_PERMIT, "book voucher"]
    jeep = voyage.ledger.calls[0]
    assert (jeep.item["seats"], jeep.details["loyalty_number"], jeep.leg) == (4, "L-1", "jeep")
    assert voyage.ledger.booked == {result.booking_id: {leg: f"{leg}-1" for leg in Safari.declared_legs}}
    assert voyage.ledger.keys == [call.key for call in voyage.ledger.calls]
    assert jeep.key == f"booking-{jeep.booking}:jeep"


def test_a_refusal_undoes_what_was_taken(voyage: Voyage) -> None:
    voyage.suppliers["permit"].refuses("The park is closed")
    result = voyage.book(voyage.example())

    assert result.reason
    assert (result.status, result.reason.message) == (Status.CANCELLED, "The park is closed")
    undos = ["undo permit", "undo guide", "undo lodge", "undo jeep"]
    assert in_groups(voyage) == [*UNTIL_THE_PERMIT, *undos]
    assert voyage.ledger.booked == {}
    assert voyage.ledger.calls[-1].item == voyage.ledger.calls[0].item


def test_one_that_is_down_for_some_calls_is_tried_again(voyage: Voyage) -> None:
    voyage.suppliers["jeep"].is_down(times=2)
    result = voyage.book(voyage.example())
    assert (result.status, result.legs[0].attempts) == (Status.BOOKED, 3)


def test_what_was_said_before_holds_after_so_many_calls(voyage: Voyage) -> None:
    voyage.suppliers["jeep"].refuses("None left")
    voyage.suppliers["jeep"].is_down(times=1)
    result = voyage.book(voyage.example())
    assert (result.legs[0].status, result.legs[0].attempts) == ("refused", 2)
    assert result.legs[0].error == "None left"


def test_one_that_stays_down_ends_the_booking(voyage: Voyage) -> None:
    voyage.suppliers["jeep"].is_down()
    result = voyage.book(voyage.example(attempts=2))
    assert result.reason
    assert (result.status, result.reason.code) == (Status.CANCELLED, "unavailable")
    assert voyage.ledger.calls == ["book jeep", "book jeep", "undo jeep"]


def test_a_slow_one_answers_as_it_was_said_before(voyage: Voyage) -> None:
    voyage.suppliers["jeep"].answers("J-7")
    voyage.suppliers["jeep"].is_slow(1)
    began = time.monotonic()
    result = voyage.book(voyage.example())
    assert time.monotonic() - began >= 1
    assert result.legs[0].reference == "J-7"


def test_a_lost_answer_is_no_second_booking(voyage: Voyage) -> None:
    voyage.suppliers["jeep"].loses_the_answer()
    result = voyage.book(voyage.example())
    assert (result.status, result.legs[0].attempts) == (Status.BOOKED, 2)
    assert voyage.ledger.calls[:2] == ["book jeep", "book jeep"]
    assert voyage.ledger.keys.count(f"booking-{result.booking_id}:jeep") == 1
    assert voyage.ledger.booked[str(result.booking_id)]["jeep"] == "jeep-1"


def test_an_undo_that_fails_for_good_needs_a_person(voyage: Voyage) -> None:
    voyage.suppliers["jeep"].undo_fails("Not on Sundays")
    voyage.suppliers["lodge"].refuses()
    result = voyage.book(voyage.example())
    assert (result.status, result.legs[0].error) == (Status.FAILED, "Not on Sundays")
    assert voyage.ledger.booked == {result.booking_id: {"jeep": "jeep-1"}}


def test_an_undo_that_fails_for_some_calls_is_tried_again(voyage: Voyage) -> None:
    voyage.suppliers["jeep"].undo_fails(times=1)
    voyage.suppliers["lodge"].refuses()
    assert voyage.book(voyage.example()).status is Status.CANCELLED
    assert voyage.ledger.calls[-2:] == ["undo jeep", "undo jeep"]


def test_what_is_held_shows_what_happens_at_the_same_time(voyage: Voyage) -> None:
    with voyage.suppliers["lodge"].holds() as lodge:
        booking = voyage.start(voyage.example())
        lodge.wait()
        voyage.ledger.wait_for("book guide")
        assert booking.status().status is Status.RUNNING
        assert "book permit" not in voyage.ledger.calls
    assert booking.result().status is Status.BOOKED


def test_an_undo_can_be_held_as_well(voyage: Voyage) -> None:
    voyage.suppliers["permit"].refuses()
    guide = voyage.suppliers["guide"].holds("undo")
    booking = voyage.start(voyage.example())
    guide.wait()
    voyage.ledger.wait_for("undo lodge")
    assert "undo jeep" not in voyage.ledger.calls
    guide.go_on()
    assert booking.result().status is Status.CANCELLED


def test_a_booking_can_be_cancelled_while_it_runs(voyage: Voyage) -> None:
    voyage.suppliers["lodge"].is_down()
    booking = voyage.start(voyage.example(attempts=100))
    voyage.ledger.wait_for("book lodge", 2)
    booking.cancel("Changed plans")
    result = booking.result()
    assert result.reason
    assert (result.status, result.reason.message) == (Status.CANCELLED, "Changed plans")


@pytest.mark.parametrize("run", ["the first run", "the second run"])
def test_a_booking_id_that_a_test_gives_is_new_in_each_run(voyage: Voyage, run: str) -> None:
    request = voyage.example(booking_id="trip-1", name=run)
    result = voyage.book(request)
    assert (result.status, result.duplicate) == (Status.BOOKED, False)
    assert str(result.booking_id).startswith("trip-1.")

    assert voyage.book(request).duplicate, "the same id in the same test is a repeat"
    assert voyage.status("trip-1").booking_id == result.booking_id


def test_a_request_that_is_no_booking_is_rejected(voyage: Voyage) -> None:
    with pytest.raises(BookingRejectedError, match="attempts"):
        voyage.book(voyage.example().model_copy(update={"attempts": 1000}))
    assert voyage.ledger.calls == []


def test_a_leg_that_there_is_not_is_told_with_those_that_there_are(voyage: Voyage) -> None:
    with pytest.raises(HarnessError, match="no leg 'boat'; it has jeep, lodge, guide, permit, voucher"):
        voyage.suppliers["boat"].refuses()


def test_whatever_is_awaited_has_a_deadline_and_a_name(voyage: Voyage) -> None:
    with voyage.suppliers["jeep"].holds() as jeep:
        booking = voyage.start(voyage.example())
        jeep.wait()
        with pytest.raises(HarnessError, match=r"Waited 0.2 s for 'book lodge'.*were called: book jeep"):
            voyage.ledger.wait_for("book lodge", within=0.2)
        with pytest.raises(HarnessError, match=r"Waited 0.2 s for 2 held 'book jeep'; 1 came"):
            jeep.wait(2, within=0.2)
        with pytest.raises(HarnessError, match=rf"Waited 0.2 s for the result of booking {booking.id}"):
            booking.result(within=0.2)


def test_a_booking_of_one_test_is_not_in_the_books_of_the_next(
    voyage: Voyage, request: pytest.FixtureRequest
) -> None:
    harness: Harness = request.getfixturevalue("_voyage_harness")
    with voyage.suppliers["jeep"].holds() as jeep:
        booking = voyage.start(voyage.example())
        jeep.wait()
        the_next = harness.product(Safari, {}).voyage()
        the_next.suppliers["lodge"].refuses()
    assert booking.result().status is Status.BOOKED
    assert the_next.ledger.calls == []
    assert "book voucher" in voyage.ledger.calls


@pytest.mark.parametrize("how", ["held", "slow"])
def test_a_test_that_ends_holds_nobody_up(voyage: Voyage, how: str) -> None:
    if how == "held":
        voyage.suppliers["jeep"].holds()
    else:
        voyage.suppliers["jeep"].is_slow(300)
    voyage.suppliers["lodge"].refuses()
    voyage.start(voyage.example())
    voyage.ledger.wait_for("book jeep")
    voyage.end()
    voyage.ledger.wait_for("book voucher")
