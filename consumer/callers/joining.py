"""Joining a booking that runs: its own workflow has room for some fifty callers, others for the rest."""

from itertools import count
from zlib import crc32

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from consumer.callers.later_callers_workflow import LaterCallersWorkflow
from consumer.reply_address import ReplyAddress
from consumer.settings import ConsumerSettings
from consumer.temporal.booking_lookup import Running
from consumer.temporal.calls import RPC_TIMEOUT, Signal, signalled
from consumer.temporal.recent import Recent
from saga.workflows.booking import BookingWorkflow

SHARDS = 16
FULL_HISTORY = 2000
"""Events after which a workflow takes no more later callers: some five hundred have joined it."""


class Joining:
    """Lets callers hear how a booking ends that runs; it remembers for a moment which workflows are full."""

    def __init__(self, client: Client, settings: ConsumerSettings) -> None:
        self._client = client
        self._settings = settings
        self._full: Recent[bool] = Recent()

    async def join(self, booking: str, running: Running, caller: ReplyAddress) -> bool:
        """Join a booking that was found running; False if it has ended since. Raises `RPCError`.

        A caller that comes again after the booking's own workflow was full may be told twice.
        """
        if not running.is_full:
            callback = caller.to_callback(self._settings)
            handle = self._client.get_workflow_handle(booking)
            join = handle.signal(BookingWorkflow.join, callback, rpc_timeout=RPC_TIMEOUT)
            match await signalled(join):
                case Signal.TAKEN:
                    return True
                case Signal.ENDED:
                    return False
        await self._join_later_callers(booking, caller)
        return True

    async def _join_later_callers(self, booking: str, caller: ReplyAddress) -> None:
        """Hand a caller to the first workflow of its shard that has room; start that if it isn't there."""
        for number in count():
            own_id = f"callers-{shard_of(caller)}.{number}-{booking}"
            if await self._is_full(own_id):
                continue
            joining = self._client.start_workflow(
                LaterCallersWorkflow.run,
                booking,
                id=own_id,
                task_queue=self._settings.reply_task_queue,
                start_signal="join",
                start_signal_args=[caller.to_context()],
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=f"Later callers of {booking}",
                rpc_timeout=RPC_TIMEOUT,
            )
            if await signalled(joining) is Signal.TAKEN:
                return
            self._full.put(own_id, answer=True)

    async def _is_full(self, workflow_id: str) -> bool:
        is_full = self._full.get(workflow_id)
        if is_full is None:
            is_full = await self._has_long_history(workflow_id)
            self._full.put(workflow_id, is_full)
        return is_full

    async def _has_long_history(self, workflow_id: str) -> bool:
        try:
            found = await self._client.get_workflow_handle(workflow_id).describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return found.status is WorkflowExecutionStatus.RUNNING and found.history_length >= FULL_HISTORY


def shard_of(caller: ReplyAddress) -> int:
    """The same caller has the same shard, so that it is the same caller there."""
    address = f"{caller.reply_to} {caller.correlation_id}"
    return crc32(address.encode(errors="replace")) % SHARDS
