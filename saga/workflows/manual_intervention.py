"""Manual intervention: how a booking that needs a person gets on Temporal's list, and off it.

The list is Temporal's own: for as long as a booking has a leg that could not be undone, a workflow of type
`ManualInterventionWorkflow` and id `manual-intervention-<workflow id>` runs beside it. It survives restarts,
even the booking itself.
"""

from contextlib import suppress

from temporalio import workflow
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

from saga import metrics
from saga.models import LegOutcome

LEGS = "legs"
"""The memo field that says which legs are open, and why, in one line."""
OPEN_LEGS = "open_legs"
"""The memo field that has these legs as they are, for programs; an older worker has not written it."""


@workflow.defn
class ManualInterventionWorkflow:
    """The entry of one booking on the list; it runs until no leg is open."""

    @workflow.init
    def __init__(self, booking: str, open_legs: list[LegOutcome]) -> None:
        self._booking = booking
        self._open_legs = open_legs

    @workflow.run
    async def run(self, booking: str, open_legs: list[LegOutcome]) -> None:  # noqa: ARG002 -- in __init__
        """Return when a person has settled the booking, or a retry has."""
        workflow.upsert_memo(memo_of(self._open_legs))
        await workflow.wait_condition(lambda: not self._open_legs)

    @workflow.signal
    def update_open_legs(self, open_legs: list[LegOutcome]) -> None:
        """These legs are open now."""
        self._open_legs = open_legs
        workflow.upsert_memo(memo_of(open_legs))


async def request_manual_intervention(booking: str, open_legs: list[LegOutcome]) -> None:
    """List the booking with this workflow id; harmless if it is listed already."""
    legs = ", ".join(leg.leg for leg in open_legs)
    workflow.logger.error("Booking needs a person, see `voyage-worker attention`: %s", legs)
    metrics.count_manual_intervention()
    with suppress(WorkflowAlreadyStartedError):
        await workflow.start_child_workflow(
            ManualInterventionWorkflow.run,
            args=[booking, open_legs],
            id=entry_id(booking),
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            static_summary=describe(open_legs),
        )


async def update_entry(booking: str, open_legs: list[LegOutcome]) -> None:
    """Tell the booking's entry which legs are open now; none ends it."""
    with suppress(ApplicationError):  # somebody has ended the entry by hand
        entry: workflow.ExternalWorkflowHandle[ManualInterventionWorkflow]
        entry = workflow.get_external_workflow_handle(entry_id(booking))
        await entry.signal(ManualInterventionWorkflow.update_open_legs, open_legs)


def entry_id(booking: str) -> str:
    """The workflow id of a booking's entry on the list."""
    return f"manual-intervention-{booking}"


def memo_of(open_legs: list[LegOutcome]) -> dict[str, object]:
    """What the list shows of an entry."""
    return {LEGS: describe(open_legs), OPEN_LEGS: open_legs}


def describe(legs: list[LegOutcome]) -> str:
    """Which legs are open, and why, in one line."""
    return "; ".join(f"{leg.leg} {leg.item}: {leg.error}" for leg in legs)
