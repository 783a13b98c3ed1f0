"""Bookings that were terminated, timed out or failed from outside: their callers still get an answer, once.

A Temporal Schedule (`schedule.py`) looks for them, and a workflow per booking, which can be started once
only, answers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.service import RPCError, RPCStatusCode

from consumer.reconciliation.answer_starter import AnswerStarter
from consumer.reconciliation.progress import Progress, rest, temporals_clock
from consumer.reconciliation.reconciliation_workflow import (
    ANSWER,
    FIND,
    VISIBILITY_DELAY,
    Reconciliation,
)
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
    async def find(self, wanted: Reconciliation) -> str:
        """Look again and again; return since when the next has to look, RFC 3339.

        An attempt goes on where the last one ended: with its page of its look.
        """
        now, until = temporals_clock(), datetime.fromisoformat(wanted.until)
        look = Progress.of_last_attempt() or Progress(wanted.since, now().isoformat())
        while True:
            await self._look(wanted.task_queue, look)
            since = (datetime.fromisoformat(look.began) - VISIBILITY_DELAY).isoformat()
            if now() >= until:
                return since
            await rest(wanted.interval, Progress(since, look.began))
            look = Progress(since, now().isoformat())

    async def _look(self, task_queue: str, progress: Progress) -> None:
        """Start a workflow that answers for each stopped booking, page by page; a second start is refused."""
        mine = f"TaskQueue = '{task_queue}' AND WorkflowType = '{BookingWorkflow.__name__}'"
        stopped = self.client.list_workflows(
            f"{mine} AND {_STOPPED} AND CloseTime >= '{progress.since}'",
            page_size=self.page_size,
            next_page_token=progress.page,
            rpc_timeout=RPC_TIMEOUT,
        )
        answers = AnswerStarter(self.client, self.settings.reply_task_queue)
        with _giving_way(progress):
            while True:
                await stopped.fetch_next_page()
                await answers.start_missing(stopped.current_page or (), progress.tell)
                if not stopped.next_page_token:
                    return
                progress = replace(progress, page=stopped.next_page_token)
                progress.tell()

    @activity.defn(name=ANSWER)
    async def answer(self, workflow_id: str) -> None:
        """Tell everybody who waits for this booking how far it got."""
        found = await look_up(self.client, workflow_id)
        if not isinstance(found, Closed) or found.outcome is None:
            return
        history = await self.client.get_workflow_handle(workflow_id).fetch_history()
        for callback in await read_subscribers(history, self.client.data_converter):
            sending = self.results.send_outcome(found.outcome, ReplyAddress.from_context(callback.context))
            await self.results.unless_away(sending)


@contextmanager
def _giving_way(look: Progress) -> Iterator[None]:
    """Leave it to Temporal's retries to go on later, at the same page; a page it can't read is forgotten."""
    try:
        yield
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT:
            replace(look, page=None).tell()  # the next attempt begins with the first page
        if error.status is not RPCStatusCode.RESOURCE_EXHAUSTED:
            raise
        busy = f"Temporal is busy: {error.message}"
        raise ApplicationError(busy, type="Busy", category=ApplicationErrorCategory.BENIGN) from error
