"""The saga's numbers, told to Temporal's SDK: it leaves them out while a workflow is replayed."""

from temporalio import workflow

from saga.models import BookingOutcome


def count_attention() -> None:
    """A booking needs a person."""
    workflow.metric_meter().create_counter("voyage_attention", "Bookings that needed a person").add(1)


def tell_booking_time(outcome: BookingOutcome) -> None:
    """A booking's outcome is known; its legs are booked, or undone."""
    times = workflow.metric_meter().create_histogram_timedelta(
        "voyage_booking_time", "From the start of a booking until its outcome is known"
    )
    reason = outcome.reason.code.value if outcome.reason else "none"
    spent = workflow.now() - workflow.info().start_time
    times.record(spent, {"status": outcome.status.value, "reason": reason})
