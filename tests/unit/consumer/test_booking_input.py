"""What a booking is started with says of first tries, and what its activities are told of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from consumer.requests.booking_input import booking_input
from consumer.requests.decision import decide
from consumer.settings import ConsumerSettings
from saga.legs import after_tries, leg_of, legs_of
from tests.unit.consumer.deciding import request, started
from voyage import Leg, Trip


class Safari(Trip):
    jeep: Annotated[str, Leg()]
    lodge: Annotated[str, Leg(fast=False)]
    guide: Annotated[str, Leg(fast=True)]
    permit: Annotated[str, Leg(fast=0.25)]
    voucher: Annotated[str, Leg(undo=False)]


def fast(**settings: float) -> list[float]:
    trip = Safari(name="Jane", jeep="j", lodge="l", guide="g", permit="p", voucher="v")
    own = ConsumerSettings(**settings)  # type: ignore[arg-type]  # numbers
    start = replace(started(decide(request(), own)), request=trip)
    return [leg.fast for leg in legs_of(booking_input(start, own))]


def test_a_leg_says_it_for_itself_and_what_can_not_be_undone_is_never_tried_so() -> None:
    assert fast() == [1.0, 0.0, 1.0, 0.25, 0.0]
    assert fast(fast_legs=0) == [0.0, 0.0, 1.0, 0.25, 0.0]


def test_an_activity_is_told_the_tries_before_it_and_the_plan_stays_as_it_is() -> None:
    start = started(
        decide(request(deadline=(datetime.now(UTC) + timedelta(hours=1)).isoformat()), ConsumerSettings())
    )
    booking = booking_input(start, ConsumerSettings())
    later = after_tries(booking, leg_of(booking, "hotel"), 2)

    assert [leg.tried for leg in legs_of(later)] == [0, 2, 0]
    assert [replace(leg, tried=0) for leg in legs_of(later)] == list(legs_of(booking))
