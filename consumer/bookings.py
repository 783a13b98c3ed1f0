"""Starting bookings in Temporal: one workflow per booking id, however often it is asked for."""

from dataclasses import dataclass

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from consumer import arguments
from consumer.decision import Start
from consumer.lookup import Closed, Missing, look_up
from consumer.rpc import RPC_TIMEOUT, signalled, started, temporal_calls
from consumer.settings import ConsumerSettings
from saga.models import BookingOutcome
from saga.tombstone import TombstoneWorkflow, cancelled_before_start
from saga.workflow import BookingWorkflow

OVERTAKEN = "Cancelled before the request came"


@dataclass(frozen=True)
class Accepted:
    """The booking runs, and its workflow will answer. Ack."""

    joined: bool


@dataclass(frozen=True)
class Ended:
    """The booking has ended before: send its original answer again, then ack."""

    outcome: BookingOutcome


@dataclass(frozen=True)
class Conflict:
    """The id belongs to a booking with another payload, which stays as it is. Reject."""


class Bookings:
    """Starts bookings, or joins the ones that are there."""

    def __init__(self, client: Client, settings: ConsumerSettings) -> None:
        self._client = client
        self._settings = settings

    async def start(self, start: Start) -> Accepted | Ended | Conflict:
        """Make sure that the booking is durably started, exactly once for its id.

        Raises `TemporalUnavailableError` when the server can't be asked or doesn't say; asking again is safe.
        """
        with temporal_calls():
            while True:
                if await self._started(start):
                    return Accepted(joined=False)
                if answer := await self._join(start):
                    return answer

    async def _started(self, start: Start) -> bool:
        return await started(
            self._client.start_workflow(
                BookingWorkflow.run,
                arguments.booking_input(start, self._settings),
                id=start.workflow_id,
                task_queue=self._settings.task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                memo=arguments.memo(start),
                static_summary=f"{start.request.car}, {start.request.hotel}, {start.request.flight}",
                # With the worker in this process, the first step comes back with the answer to the start.
                request_eager_start=self._settings.with_worker,
                rpc_timeout=RPC_TIMEOUT,
            )
        )

    async def _join(self, start: Start) -> Accepted | Ended | Conflict | None:
        """Join the booking under this id; None if it changed while we looked, so look again."""
        found = await look_up(self._client, start.workflow_id)
        if isinstance(found, Missing):
            return None
        if found.fingerprint not in {None, start.fingerprint}:
            return Conflict()
        booking = arguments.booking_input(start, self._settings)
        if isinstance(found, Closed):
            return Ended(found.outcome or cancelled_before_start(booking, OVERTAKEN))
        handle = self._client.get_workflow_handle(start.workflow_id)
        if found.fingerprint is None:
            args = [booking, arguments.memo(start)]
            signal = handle.signal(TombstoneWorkflow.requested, args=args, rpc_timeout=RPC_TIMEOUT)
        else:
            caller = arguments.callback(start.caller, self._settings)
            signal = handle.signal(BookingWorkflow.join, caller, rpc_timeout=RPC_TIMEOUT)
        return Accepted(joined=True) if await signalled(signal) else None
