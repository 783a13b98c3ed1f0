"""Suppliers that return and raise anything: each try ends, and says what was wrong; each booking ends.

The tries go through the real activities, the bookings through a worker and the server at TEMPORAL_ADDRESS.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from temporalio.api.failure.v1 import Failure
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from saga.activities.book_and_undo import booking_activities
from saga.legs import LEGS
from saga.models import Booked
from saga.suppliers.reference import reference_in
from tests.fuzz import supplier_bookings
from tests.fuzz.supplier_behaviours import PLANS, Plan, supplier_of
from tests.fuzz.supplier_bookings import TRIP, Trip

LONGEST_FAILURE = 16_384


@dataclass
class Summary:
    """How often each thing was tried, and what was found: each with what hypothesis made smallest."""

    seed: int
    calls: int = 0
    bookings: int = 0
    found: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        tried = f"suppliers: {self.calls} calls, {self.bookings} bookings, seed {self.seed}"
        return "\n".join([f"{tried}: {len(self.found)} found", *self.found])


def run(deadline_seconds: float, seed: int) -> Summary:
    """Try until so many seconds have passed; the same seed tries the same things in the same order."""
    summary = Summary(seed)
    until = time.monotonic() + deadline_seconds
    logging.getLogger("temporalio").setLevel(logging.CRITICAL)  # each failed try is one of its warnings
    with supplier_bookings.Server() as server:

        def book(trips: list[Trip]) -> None:
            if time.monotonic() < until:
                summary.bookings += len(trips)
                server.book(trips)

        def call(trips: list[Trip]) -> None:
            for plan in (plan for plans in trips for plan in plans):
                summary.calls += 2
                _call(plan)

        while time.monotonic() < until and not summary.found:
            for examples, check in ((30, call), (5, book)):
                if not summary.found:
                    _hunt(seed, examples, check, summary)
            seed += 1
    return summary


def _hunt(number: int, examples: int, check: Callable[[list[Trip]], None], summary: Summary) -> None:
    @seeded(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(st.tuples(PLANS, PLANS, PLANS), min_size=1, max_size=8))
    def hunt(trips: list[Trip]) -> None:
        check(trips)

    try:
        hunt()
    except Exception as found:  # noqa: BLE001 -- whatever it is, it is what the hunt is for
        notes = "; ".join([repr(found)[:2000], *getattr(found, "__notes__", [])])
        summary.found.append(f"seed {number}: {notes}")


def _call(plan: Plan) -> None:
    supplier = supplier_of(lambda _: plan, lambda *_: None, plain=plan.plain)
    book, undo, *_ = booking_activities(dict.fromkeys((leg.name for leg in LEGS), supplier))
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
