"""Cancelling bookings in Temporal: whatever they are doing, and even if they haven't come yet."""

import logging

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from consumer.callers.joining import Joining
from consumer.reply_address import ReplyAddress
from consumer.settings import ConsumerSettings
from consumer.temporal import unowned
from consumer.temporal.booking_lookup import Closed, Foreign, Missing, Running, look_up
from consumer.temporal.calls import RPC_TIMEOUT, Signal, signalled, temporal_calls
from consumer.temporal.shown_starts import ShownStarts
from publisher.contract.answers import CANCELLED_BEFORE_REQUEST
from saga.models import BookingOutcome, BookingStatus
from saga.workflows.booking import BookingWorkflow
from saga.workflows.cancelled_before_request import CancelledBeforeRequestWorkflow, EarlyCancellation

log = logging.getLogger(__name__)


class BookingCanceller:
    """Cancels bookings by their workflow id."""

    def __init__(self, client: Client, settings: ConsumerSettings, starts: ShownStarts) -> None:
        self._client = client
        self._starts = starts
        self._settings = settings
        self._joining = Joining(client, settings)

    async def cancel(
        self, workflow_id: str, reason: str, reply_address: ReplyAddress | None
    ) -> BookingOutcome | None:
        """Cancel a booking that runs or hasn't come yet; return the outcome of one that has ended.

        While it runs, the reply address joins it. A cancel that comes first holds the id for its request.
        Raises `TemporalCallError`; asking again is safe.
        """
        with temporal_calls():
            workflow_id = await unowned.of_control(self._client, self._settings, workflow_id)
            while True:
                match await look_up(self._client, workflow_id):
                    case Closed(outcome=outcome):
                        return outcome
                    case Running() as running:
                        done = await self._cancel(workflow_id, reason, reply_address, running)
                    case Foreign():
                        log.warning("%s is not a booking: not cancelled", workflow_id)
                        return None
                    case Missing():
                        done = await self._hold(workflow_id, reason, reply_address)
                if done:
                    return None

    async def _cancel(
        self, workflow_id: str, reason: str, reply_address: ReplyAddress | None, running: Running
    ) -> bool:
        if reply_address and not await self._joining.join(workflow_id, running, reply_address):
            return False
        if running.is_early_cancel:
            return True
        handle: WorkflowHandle[BookingWorkflow, BookingOutcome]
        handle = self._client.get_workflow_handle(workflow_id)
        took = await signalled(handle.signal(BookingWorkflow.cancel, reason, rpc_timeout=RPC_TIMEOUT))
        if took is Signal.FULL:
            log.warning("%s takes no more signals, so Temporal itself cancels it", workflow_id)
            took = await signalled(handle.cancel(rpc_timeout=RPC_TIMEOUT))
        # If it has ended since, it answers those who joined.
        return took is Signal.TAKEN or reply_address is not None

    async def _hold(self, workflow_id: str, reason: str, reply_address: ReplyAddress | None) -> bool:
        callbacks = [reply_address.to_callback(self._settings)] if reply_address else []
        cancellation = EarlyCancellation(
            reason=reason, lifetime=self._settings.early_cancel_lifetime, callbacks=callbacks
        )
        return await self._starts.started(
            lambda shown: self._client.start_workflow(
                CancelledBeforeRequestWorkflow.run,
                cancellation,
                id=workflow_id,
                task_queue=self._settings.task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                search_attributes=shown,
                static_summary=CANCELLED_BEFORE_REQUEST,
                rpc_timeout=RPC_TIMEOUT,
            ),
            workflow_id,
            BookingStatus.CANCELLED,
        )
