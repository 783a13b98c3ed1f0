"""Bookings that were terminated, timed out or failed from outside: their callers still get an answer, once.

A Temporal Schedule (`schedule.py`) looks for them, and a workflow per booking, which can be started once
only, answers.
"""

from dataclasses import dataclass

from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from consumer.reconciliation.reconciliation_workflow import (
    ANSWER,
    FIND,
    AnswerStoppedBookingWorkflow,
    Reconciliation,
)
from consumer.replies.result_publisher import ResultPublisher
from consumer.reply_address import ReplyAddress
from consumer.settings import ConsumerSettings
from consumer.temporal.booking_lookup import Closed, look_up
from consumer.temporal.calls import RPC_TIMEOUT, started
from saga.workflows.booking import BookingWorkflow
from saga.workflows.history_reader import read_subscribers

# Canceled: Temporal's own cancel came before the workflow's first step, so that none of its code ran.
_STOPPED = "ExecutionStatus IN ('Terminated', 'TimedOut', 'Failed', 'Canceled')"


@dataclass(frozen=True)
class StoppedBookings:
    """The activities that find stopped bookings and answer for them."""

    client: Client
    settings: ConsumerSettings
    results: ResultPublisher

    @activity.defn(name=FIND)
    async def find(self, reconciliation: Reconciliation) -> None:
        """Start one answering workflow for each stopped booking; starting it again is refused."""
        mine = f"TaskQueue = '{reconciliation.task_queue}' AND WorkflowType = '{BookingWorkflow.__name__}'"
        closed = f"CloseTime >= '{reconciliation.since}'"
        async for found in self.client.list_workflows(f"{mine} AND {_STOPPED} AND {closed}"):
            await started(
                self.client.start_workflow(
                    AnswerStoppedBookingWorkflow.run,
                    found.id,
                    id=f"stopped-{found.id}",
                    task_queue=self.settings.reply_task_queue,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                    static_summary="Answer for a booking that was stopped from outside",
                    rpc_timeout=RPC_TIMEOUT,
                )
            )

    @activity.defn(name=ANSWER)
    async def answer(self, workflow_id: str) -> None:
        """Tell everybody who waits for this booking how far it got."""
        found = await look_up(self.client, workflow_id)
        if not isinstance(found, Closed) or found.outcome is None:
            return
        history = await self.client.get_workflow_handle(workflow_id).fetch_history()
        for callback in await read_subscribers(history, self.client.data_converter):
            await self.results.send_outcome(found.outcome, ReplyAddress.from_context(callback.context))
