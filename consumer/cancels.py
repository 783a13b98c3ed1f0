"""Cancelling bookings in Temporal: whatever they are doing, and even if they haven't come yet."""

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from consumer import arguments
from consumer.bookings import OVERTAKEN
from consumer.callers import Caller
from consumer.lookup import Closed, Missing, Running, look_up
from consumer.rpc import RPC_TIMEOUT, signalled, started, temporal_calls
from consumer.settings import ConsumerSettings
from saga.models import BookingOutcome, ReplyCallback
from saga.tombstone import Tombstone, TombstoneWorkflow
from saga.workflow import BookingWorkflow


class Cancels:
    """Cancels bookings by their workflow id."""

    def __init__(self, client: Client, settings: ConsumerSettings) -> None:
        self._client = client
        self._settings = settings

    async def cancel(self, workflow_id: str, reason: str, caller: Caller | None) -> BookingOutcome | None:
        """Cancel a booking that runs or hasn't come yet; return the outcome of one that has ended.

        While it runs, the caller joins it. A cancel that comes first holds the id for its request. Raises
        `TemporalUnavailableError`; asking again is safe.
        """
        callers = [arguments.callback(caller, self._settings)] if caller else []
        with temporal_calls():
            while True:
                match await look_up(self._client, workflow_id):
                    case Closed(outcome=outcome):
                        return outcome
                    case Running() as running:
                        done = await self._cancel(workflow_id, reason, callers, running)
                    case Missing():
                        done = await self._hold(workflow_id, reason, callers)
                if done:
                    return None

    async def _cancel(
        self, workflow_id: str, reason: str, callers: list[ReplyCallback], running: Running
    ) -> bool:
        handle: WorkflowHandle[BookingWorkflow, BookingOutcome]
        handle = self._client.get_workflow_handle(workflow_id)
        for caller in callers:
            if not await signalled(handle.signal(BookingWorkflow.join, caller, rpc_timeout=RPC_TIMEOUT)):
                return False
        if running.is_tombstone:
            return True
        took = await signalled(handle.signal(BookingWorkflow.cancel, reason, rpc_timeout=RPC_TIMEOUT))
        return took or bool(callers)  # it has ended since, and will answer those who joined

    async def _hold(self, workflow_id: str, reason: str, callers: list[ReplyCallback]) -> bool:
        tombstone = Tombstone(reason=reason, lifetime=self._settings.tombstone_lifetime, callers=callers)
        return await started(
            self._client.start_workflow(
                TombstoneWorkflow.run,
                tombstone,
                id=workflow_id,
                task_queue=self._settings.task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                static_summary=OVERTAKEN,
                rpc_timeout=RPC_TIMEOUT,
            )
        )
