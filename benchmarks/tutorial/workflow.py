"""The tutorial's workflow: it books three legs, and undoes them in reverse if one fails."""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from benchmarks.tutorial.activities import (
        Trip,
        book_car,
        book_flight,
        book_hotel,
        undo_book_car,
        undo_book_flight,
        undo_book_hotel,
    )

STEPS = (
    ("booked_car", book_car, undo_book_car),
    ("booked_hotel", book_hotel, undo_book_hotel),
    ("booked_flight", book_flight, undo_book_flight),
)


@workflow.defn
class TutorialWorkflow:
    """Books all three legs, or none."""

    @workflow.run
    async def run(self, trip: Trip) -> dict[str, Any]:
        """Return a status, and the bookings or the error."""
        compensations: list[Callable[[Trip], Coroutine[Any, Any, str]]] = []
        results: dict[str, str] = {}
        retries = RetryPolicy(maximum_attempts=trip.attempts, non_retryable_error_types=["ValueError"])
        try:
            for name, book, undo in STEPS:
                compensations.append(undo)
                results[name] = await workflow.execute_activity(
                    book, trip, start_to_close_timeout=timedelta(seconds=10), retry_policy=retries
                )
        except ActivityError as error:
            for compensation in reversed(compensations):
                await workflow.execute_activity(
                    compensation, trip, start_to_close_timeout=timedelta(seconds=10)
                )
            return {"status": "failure", "message": str(error)}
        return {"status": "success", "message": results}
