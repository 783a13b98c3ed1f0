"""Suppliers that return and raise anything: each try ends, and says what was wrong; each booking ends.

The tries go through the real activities, the bookings through a worker and the server at TEMPORAL_ADDRESS.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import strategies as st
from temporalio.api.failure.v1 import Failure
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from saga.activities.book_and_undo import booking_activities
from saga.models import Booked
from saga.suppliers.reference import reference_in
from tests.fuzz import supplier_bookings
from tests.fuzz.hunting import Check, Tally, Target
from tests.fuzz.supplier_behaviours import PLANS, Plan, supplier_of
from tests.fuzz.supplier_bookings import TRIP, Trip
from voyage.trips.tutorial import BookingRequest

LONGEST_FAILURE = 16_384


TRIPS = st.lists(st.tuples(PLANS, PLANS, PLANS), min_size=1, max_size=8)


def check(trips: list[Trip]) -> None:
    """Book and undo each leg once, by the real activities."""
    for plan in (plan for plans in trips for plan in plans):
        _call(plan)


@contextmanager
def bookings(tally: Tally) -> Iterator[Check]:
    """Book trips side by side, over a worker and the server at TEMPORAL_ADDRESS."""
    logging.getLogger("temporalio").setLevel(logging.CRITICAL)  # each failed try is one of its warnings
    with supplier_bookings.Server() as server:

        def book(trips: list[Trip]) -> None:
            tally.tried["bookings whose suppliers do anything"] += len(trips)
            server.book(trips)

        yield book


@contextmanager
def calls(tally: Tally) -> Iterator[Check]:
    """Try each supplier by itself, without a server."""
    level = logging.getLogger("temporalio").level
    logging.getLogger("temporalio").setLevel(logging.CRITICAL)

    def call(trips: list[Trip]) -> None:
        tally.tried["supplier behaviours"] += 2 * len(BookingRequest.declared_legs) * len(trips)
        check(trips)

    yield call
    logging.getLogger("temporalio").setLevel(level)


def _call(plan: Plan) -> None:
    supplier = supplier_of(lambda _: plan, lambda *_: None, plain=plan.plain)
    book, undo, *_ = booking_activities(dict.fromkeys(BookingRequest.declared_legs, supplier))
    for work in (book, undo):
        try:
            answer = asyncio.run(ActivityEnvironment().run(work, TRIP))
        except ApplicationError as failure:
            _check(failure)
        else:
            assert answer is None or (isinstance(answer, Booked) and reference_in(answer.reference))


def _check(failure: ApplicationError) -> None:
    stored = Failure()
    DataConverter.default.failure_converter.to_failure(
        failure, DataConverter.default.payload_converter, stored
    )
    assert stored.ByteSize() < LONGEST_FAILURE, stored.ByteSize()
    assert failure.message.strip(), "a failure without a text"
    assert failure.details == (1,), failure.details


CALLS = Target("suppliers", TRIPS, calls, examples=20)
BOOKINGS = Target("bookings", TRIPS, bookings, examples=5, over_servers=True)
