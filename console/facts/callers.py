"""Who asked for a booking: where each caller's answer goes, as the booking's history has it."""

from dataclasses import dataclass

from temporalio.client import Client, WorkflowExecution

from console.facts.shared import Reading, Shared
from console.facts.temporal import TemporalLink
from consumer.temporal.booking_lookup import FULL_HISTORY
from saga.errors import DecryptionError
from saga.models import ReplyCallback
from saga.workflows.booking import BookingWorkflow
from saga.workflows.history_reader import read_subscribers

FRESH = 60.0  # seconds, unless the history has grown
MOST = 100  # that are shown


@dataclass(frozen=True)
class Caller:
    """Somebody who hears how it ends: by which queue, and under which correlation id."""

    reply_to: str
    correlation_id: str


@dataclass(frozen=True)
class Callers:
    """Those whom the booking's own workflow knows; `note` says why others are missing."""

    shown: tuple[Caller, ...] = ()
    count: int = 0
    note: str = ""


class CallersOf:
    """Reads the callers of bookings, one booking at a time."""

    def __init__(self, temporal: TemporalLink, shared: Shared) -> None:
        self._temporal, self._shared = temporal, shared

    async def booking(self, found: WorkflowExecution, patience: float) -> Reading[Callers]:
        """The callers of one that was described; also of one that has ended, while Temporal keeps it."""
        return await self._shared.get(
            ("callers", found.run_id),
            lambda: _read(self._temporal.client, found),
            fresh=FRESH,
            patience=patience,
            version=found.history_length,
        )


async def _read(client: Client, found: WorkflowExecution) -> Callers:
    if found.workflow_type != BookingWorkflow.__name__:
        return Callers()
    handle = client.get_workflow_handle(found.id, run_id=found.run_id)
    try:
        known = await read_subscribers(await handle.fetch_history(), client.data_converter)
    except DecryptionError as unreadable:
        return Callers(note=str(unreadable))
    is_full = found.history_length >= FULL_HISTORY
    note = "Later callers, if there are any, wait in workflows of their own." if is_full else ""
    return Callers(tuple(map(_caller, known[:MOST])), len(known), note)


def _caller(callback: ReplyCallback) -> Caller:
    """As the bridge names it; else by the activity that is called."""
    context = callback.context
    return Caller(
        str(context.get("reply_to") or callback.activity), str(context.get("correlation_id") or "none")
    )
