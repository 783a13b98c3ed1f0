"""The saga's numbers, told to Temporal's SDK: it leaves them out while a workflow is replayed."""

from temporalio import workflow
from temporalio.common import MetricMeter

from saga.models import BookingOutcome


def count_manual_intervention() -> None:
    """A booking needs a person."""
    _add_manual_interventions(workflow.metric_meter(), 1)


def declare_manual_intervention(meter: MetricMeter, namespace: str, task_queue: str) -> None:
    """Nobody is needed yet. Without the 0, Prometheus would see no increase when the first one is counted."""
    # The labels are those that the SDK gives to what a workflow of ours counts.
    labels = {"namespace": namespace, "task_queue": task_queue, "workflow_type": "BookingWorkflow"}
    _add_manual_interventions(meter.with_additional_attributes(labels), 0)


def _add_manual_interventions(meter: MetricMeter, number: int) -> None:
    meter.create_counter("voyage_manual_intervention", "Bookings that needed a person").add(number)


def show_simulated(meter: MetricMeter, task_queue: str, number: int) -> None:
    """How many legs of this worker are simulated: what it says is booked there, nobody has booked."""
    gauge = meter.create_gauge("voyage_simulated_suppliers", "Legs for which nothing real is booked")
    gauge.set(number, {"task_queue": task_queue})


def record_booking_time(outcome: BookingOutcome) -> None:
    """A booking's outcome is known; its legs are booked, or undone."""
    times = workflow.metric_meter().create_histogram_timedelta(
        "voyage_booking_time", "From the start of a booking until its outcome is known"
    )
    reason = outcome.reason.code.value if outcome.reason else "none"
    spent = workflow.now() - workflow.info().start_time
    times.record(spent, {"status": outcome.status.value, "reason": reason})
