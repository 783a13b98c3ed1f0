"""How many bookings an owner has open, as Temporal's list of workflows shows them."""

import asyncio
import logging
import time

from temporalio.client import Client
from temporalio.service import RPCError

from consumer.temporal.calls import RPC_TIMEOUT, temporal_calls
from consumer.temporal.shown_starts import is_refused
from saga.temporal.server_limit import is_limit
from saga.workflows.booking import BookingWorkflow
from voyage.search_attributes import OWNER

log = logging.getLogger(__name__)

BETWEEN = 0.5
"""Seconds between two counts, of whichever owners: a server may permit ten such questions a second."""
_RUNNING = f"WorkflowType = '{BookingWorkflow.__name__}' AND ExecutionStatus = 'Running'"
_SAY_AGAIN = 60.0  # seconds


class OpenBookings:
    """Counts, at its pace; whoever asks waits for his turn."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._ours = f"{_RUNNING} AND TaskQueue = '{task_queue}'"
        self._one_at_a_time = asyncio.Lock()
        self._next_at = 0.0
        self._said_at = -_SAY_AGAIN

    async def of(self, owner: str) -> int | None:
        """How many this owner has, a moment ago; None if Temporal doesn't say. Raises `TemporalCallError`.

        Temporal doesn't say at its limit, and where the namespace lacks our search attribute. In the latter
        case it is 0, as all bookings go on, and the log says so once a minute.
        """
        query = f"{self._ours} AND {OWNER} = '{owner}'"
        async with self._one_at_a_time:
            await asyncio.sleep(self._next_at - time.monotonic())
            self._next_at = time.monotonic() + BETWEEN
            with temporal_calls():
                try:
                    return (await self._client.count_workflows(query, rpc_timeout=RPC_TIMEOUT)).count
                except RPCError as error:
                    if is_limit(error):
                        return None
                    if not is_refused(error):
                        raise
                    self._say(error)
                    return 0

    def _say(self, error: RPCError) -> None:
        if time.monotonic() - self._said_at >= _SAY_AGAIN:
            self._said_at = time.monotonic()
            log.warning(
                "Nobody is held to his open bookings, as Temporal can't count them (%s). "
                "Run voyage-consumer doctor --fix",
                error.message,
            )
