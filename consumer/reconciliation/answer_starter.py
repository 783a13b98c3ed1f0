"""Starts the workflows that answer for stopped bookings: one for each booking, a few at a time."""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.common import TypedSearchAttributes, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError

from consumer.failures import TEMPORAL
from consumer.reconciliation.reconciliation_workflow import AnswerStoppedBookingWorkflow
from consumer.temporal.calls import RPC_TIMEOUT, started
from consumer.temporal.shown_starts import is_refused
from saga.models import BookingStatus
from saga.search_attributes import BOOKING_ID, NONE, OWNER, search_attributes_of
from voyage.failures import Failure

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 10  # starts
_QUOTABLE = re.compile(r"[\w.:/@-]+", re.ASCII)


@dataclass(frozen=True)
class AnswerStarter:
    """Starts answers on a task queue; one that exists already is not started again."""

    client: Client
    task_queue: str

    async def start_missing(self, bookings: Sequence[WorkflowExecution], each: Callable[[], None]) -> None:
        """Return when each of these bookings has its answer started; `each` is called after every start.

        Raises `RPCError` if Temporal can't take them now; a start that it will never take is logged.
        """
        free = asyncio.Semaphore(SIDE_BY_SIDE)

        async def start(booking: WorkflowExecution) -> None:
            async with free:
                await self._start(booking)
            each()

        starts = [asyncio.create_task(start(found)) for found in await self._unanswered(bookings)]
        try:
            await asyncio.gather(*starts)
        finally:
            for task in starts:
                task.cancel()

    async def _unanswered(self, bookings: Sequence[WorkflowExecution]) -> Sequence[WorkflowExecution]:
        """Those without an answer in Temporal's list, which may be late: then the start is refused.

        An id that a query can't hold without quoting is not looked for; only its start tells.
        """
        ids = [booking.id for booking in bookings]
        quoted = ", ".join(f"'{_answer_id(found)}'" for found in ids if _QUOTABLE.fullmatch(found))
        if not quoted:
            return bookings
        ours = f"WorkflowType = '{AnswerStoppedBookingWorkflow.__name__}' AND WorkflowId IN ({quoted})"
        answers = self.client.list_workflows(ours, page_size=len(ids), rpc_timeout=RPC_TIMEOUT)
        answered = {answer.id async for answer in answers}
        return [found for found in bookings if _answer_id(found.id) not in answered]

    async def _start(self, booking: WorkflowExecution) -> None:
        try:
            await self._start_shown(booking.id, _shown(booking))
        except RPCError as error:
            if TEMPORAL[error.status] is not Failure.REFUSED:
                raise
            log.error("Stopped booking %s gets no answer: %s", booking.id, error.message)  # noqa: TRY400 -- no news in the traceback

    async def _start_shown(self, workflow_id: str, shown: TypedSearchAttributes) -> None:
        try:
            await started(
                self.client.start_workflow(
                    AnswerStoppedBookingWorkflow.run,
                    workflow_id,
                    id=_answer_id(workflow_id),
                    task_queue=self.task_queue,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                    search_attributes=shown,
                    static_summary="Answer for a booking that was stopped from outside",
                    rpc_timeout=RPC_TIMEOUT,
                )
            )
        except RPCError as error:
            if not shown or not is_refused(error):
                raise
            await self._start_shown(workflow_id, NONE)


def _shown(booking: WorkflowExecution) -> TypedSearchAttributes:
    """How the booking ended, as it can't show that itself any more; nothing if it never showed its id."""
    booking_id = booking.typed_search_attributes.get(BOOKING_ID)
    if booking_id is None:
        return NONE
    cancelled = booking.status is WorkflowExecutionStatus.CANCELED
    status = BookingStatus.CANCELLED if cancelled else BookingStatus.FAILED
    return search_attributes_of(booking_id, status, booking.typed_search_attributes.get(OWNER))


def _answer_id(workflow_id: str) -> str:
    return f"stopped-{workflow_id}"
