"""What a supplier gets is what was asked for, or the request is rejected."""

from decimal import Decimal

import pytest

from publisher import BookingRejectedError
from publisher.contract.result import Status
from tests.trips.ordered import DEAR, Card, Cash, Ordered
from voyage.testing import Voyage
from voyage.trips import Trip


@pytest.fixture(scope="module")
def voyage_trip() -> type[Trip]:
    return Ordered


def order(price: int, pay: Card | Cash, booking_id: str | None = None) -> Ordered:
    return Ordered(name="Jane", price=Decimal(price), pay=pay, booking_id=booking_id)


def test_a_price_that_changes_again_is_rejected_and_never_booked(voyage: Voyage) -> None:
    told = r'^price: changes each time that it is read \("600", then "1200"\), and client'
    with pytest.raises(BookingRejectedError, match=told) as rejected:
        voyage.book(order(DEAR + 50, Card()))

    reason = rejected.value.result.reason
    assert reason
    assert reason.code == "invalid"
    assert voyage.ledger.calls == []


def test_a_price_that_stays_is_booked_as_it_was_sent(voyage: Voyage) -> None:
    result = voyage.book(order(DEAR, Cash(number="7")))

    assert result.status is Status.BOOKED
    assert [call.item for call in voyage.ledger.calls] == ["100"]
    assert voyage.ledger.calls[0].details["pay"] == {"kind": "cash", "number": "7"}


def test_the_same_id_with_another_tag_is_a_conflict(voyage: Voyage) -> None:
    first = voyage.book(order(DEAR, Card(number="7")))
    with pytest.raises(BookingRejectedError) as rejected:
        voyage.book(order(DEAR, Cash(number="7"), first.booking_id))
    again = voyage.book(order(DEAR, Card(number="7"), first.booking_id))

    reason = rejected.value.result.reason
    assert reason
    assert reason.code == "conflict"
    assert (again.status, again.duplicate) == (Status.BOOKED, True)
