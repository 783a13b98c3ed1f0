"""Bookings that were terminated, timed out or failed from outside: their callers still get an answer, once.

A Temporal Schedule (`schedule.py`) looks for them, and a workflow per booking, which can be started once
only, answers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.service import RPCError, RPCStatusCode

from consumer.reconciliation.answer_starter import AnswerStarter
from consumer.reconciliation.reconciliation_workflow import ANSWER, FIND, Reconciliation
from consumer.replies.result_publisher import ResultPublisher
from consumer.reply_address import ReplyAddress
from consumer.settings import ConsumerSettings
from consumer.temporal.booking_lookup import Closed, look_up
from consumer.temporal.calls import RPC_TIMEOUT
from saga.workflows.booking import BookingWorkflow
from saga.workflows.history_reader import read_subscribers

PAGE = 100
# Canceled: Temporal's own cancel came before the workflow's first step, so that none of its code ran.
_STOPPED = "ExecutionStatus IN ('Terminated', 'TimedOut', 'Failed', 'Canceled')"


@dataclass(frozen=True)
class StoppedBookings:
    """The activities that find stopped bookings and answer for them."""

    client: Client
    settings: ConsumerSettings
    results: ResultPublisher
    page_size: int = PAGE

    @activity.defn(name=FIND)
    async def find(self, reconciliation: Reconciliation) -> None:
        """Start one answering workflow for each stopped booking, page by page; starting it again is refused.

        An attempt begins with the page at which the last one ended; its token is in the heartbeat.
        """
        mine = f"TaskQueue = '{reconciliation.task_queue}' AND WorkflowType = '{BookingWorkflow.__name__}'"
        closed = f"CloseTime >= '{reconciliation.since}'"
        page = _page_of_last_attempt()
        answers = AnswerStarter(self.client, self.settings.reply_task_queue)
        stopped = self.client.list_workflows(
            f"{mine} AND {_STOPPED} AND {closed}",
            page_size=self.page_size,
            next_page_token=page,
            rpc_timeout=RPC_TIMEOUT,
        )
        with _giving_way():
            while True:
                await stopped.fetch_next_page()
                found = stopped.current_page or ()
                await answers.start_missing(found, partial(activity.heartbeat, page))
                page = stopped.next_page_token
                if not page:
                    return
                activity.heartbeat(page)

    @activity.defn(name=ANSWER)
    async def answer(self, workflow_id: str) -> None:
        """Tell everybody who waits for this booking how far it got."""
        found = await look_up(self.client, workflow_id)
        if not isinstance(found, Closed) or found.outcome is None:
            return
        history = await self.client.get_workflow_handle(workflow_id).fetch_history()
        for callback in await read_subscribers(history, self.client.data_converter):
            await self.results.send_outcome(found.outcome, ReplyAddress.from_context(callback.context))


def _page_of_last_attempt() -> bytes | None:
    """The token of the page at which an earlier attempt at this look ended; None for the first page."""
    noted = activity.info().heartbeat_details
    return noted[0] if noted else None


@contextmanager
def _giving_way() -> Iterator[None]:
    """Leave it to Temporal's retries to go on later, at the same page; a page it can't read is forgotten."""
    try:
        yield
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT:
            activity.heartbeat()  # the next attempt begins with the first page
        if error.status is not RPCStatusCode.RESOURCE_EXHAUSTED:
            raise
        busy = f"Temporal is busy: {error.message}"
        raise ApplicationError(busy, type="Busy", category=ApplicationErrorCategory.BENIGN) from error
