"""Bookings that need a person: how they get on Temporal's list, and off it.

The list is Temporal's own: for as long as a booking has a leg that could not be undone, a workflow of type
`AttentionWorkflow` and id `attention-<workflow id>` runs beside it. It survives restarts, even the booking.
"""

from contextlib import suppress

from temporalio import workflow
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

from saga import metrics
from saga.models import LegOutcome

LEGS = "legs"
"""The memo field that says which legs are open, and why."""


@workflow.defn
class AttentionWorkflow:
    """The entry of one booking on the list; it runs until nothing is open."""

    @workflow.init
    def __init__(self, booking: str, still_open: list[LegOutcome]) -> None:
        self._booking = booking
        self._open = still_open

    @workflow.run
    async def run(self, booking: str, still_open: list[LegOutcome]) -> None:  # noqa: ARG002 -- in __init__
        """Return when a person has settled the booking, or a retry has."""
        workflow.upsert_memo({LEGS: describe(self._open)})
        await workflow.wait_condition(lambda: not self._open)

    @workflow.signal
    def changed(self, still_open: list[LegOutcome]) -> None:
        """These legs are open now."""
        self._open = still_open
        workflow.upsert_memo({LEGS: describe(still_open)})


async def put_on_list(booking: str, still_open: list[LegOutcome]) -> None:
    """List the booking with this workflow id; harmless if it is listed already."""
    legs = ", ".join(leg.leg for leg in still_open)
    workflow.logger.error("Booking needs a person, see `voyage-worker attention`: %s", legs)
    metrics.count_attention()
    with suppress(WorkflowAlreadyStartedError):
        await workflow.start_child_workflow(
            AttentionWorkflow.run,
            args=[booking, still_open],
            id=entry_id(booking),
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            static_summary=describe(still_open),
        )


async def update_list(booking: str, still_open: list[LegOutcome]) -> None:
    """Tell the booking's entry what is open now; nothing open ends it."""
    with suppress(ApplicationError):  # somebody has ended the entry by hand
        entry: workflow.ExternalWorkflowHandle[AttentionWorkflow]
        entry = workflow.get_external_workflow_handle(entry_id(booking))
        await entry.signal(AttentionWorkflow.changed, still_open)


def entry_id(booking: str) -> str:
    """The workflow id of a booking's entry on the list."""
    return f"attention-{booking}"


def describe(legs: list[LegOutcome]) -> str:
    """Which legs are open, and why, in one line."""
    return "; ".join(f"{leg.leg} {leg.item}: {leg.error}" for leg in legs)
