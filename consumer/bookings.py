"""The Temporal side of the bridge: one workflow per booking id, however often it is asked for."""

from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from consumer.decision import Start
from consumer.errors import TemporalUnavailableError
from consumer.results import PUBLISH_RESULT
from consumer.settings import ConsumerSettings
from saga.models import BookingOutcome, BookVacationInput, ReplyCallback
from saga.workflow import BookingWorkflow

RPC_TIMEOUT = timedelta(seconds=10)
FINGERPRINT = "fingerprint"


@dataclass(frozen=True)
class Accepted:
    """The booking runs, and its workflow will answer. Ack."""


@dataclass(frozen=True)
class Ended:
    """The booking has ended before: send its original answer again, then ack."""

    outcome: BookingOutcome


@dataclass(frozen=True)
class Conflict:
    """The id belongs to a booking with another payload, which stays as it is. Reject."""


class Bookings:
    """Starts bookings in Temporal, or finds the ones that are there."""

    def __init__(self, client: Client, settings: ConsumerSettings) -> None:
        self._client = client
        self._settings = settings

    async def start(self, start: Start) -> Accepted | Ended | Conflict:
        """Make sure that the booking is durably started, exactly once for its id.

        Raises `TemporalUnavailableError` when the server can't be asked or doesn't say; asking again is safe.
        """
        try:
            while True:
                if await self._started(start):
                    return Accepted()
                if found := await self._find(start):
                    return found
        except RPCError as error:
            raise TemporalUnavailableError(f"{error.status.name}: {error.message}") from error

    async def _started(self, start: Start) -> bool:
        try:
            await self._client.start_workflow(
                BookingWorkflow.run,
                self._input(start),
                id=start.workflow_id,
                task_queue=self._settings.task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                memo={FINGERPRINT: start.fingerprint},
                static_summary=f"{start.request.car}, {start.request.hotel}, {start.request.flight}",
                rpc_timeout=RPC_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def _find(self, start: Start) -> Accepted | Ended | Conflict | None:
        """What became of the booking under this id; None if it ended while we looked, so look again."""
        handle = self._client.get_workflow_handle_for(BookingWorkflow.run, start.workflow_id)
        found = await handle.describe(rpc_timeout=RPC_TIMEOUT)
        if await found.memo_value(FINGERPRINT, None) != start.fingerprint:
            return Conflict()
        if found.status is not WorkflowExecutionStatus.RUNNING:
            return Ended(await handle.result(rpc_timeout=RPC_TIMEOUT))
        try:
            await handle.signal(BookingWorkflow.join, self._callback(start), rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        return Accepted()

    def _callback(self, start: Start) -> ReplyCallback:
        return ReplyCallback(
            activity=PUBLISH_RESULT,
            task_queue=self._settings.reply_task_queue,
            context=start.caller.to_context(),
        )

    def _input(self, start: Start) -> BookVacationInput:
        request = start.request
        return BookVacationInput(
            book_user_id=start.user_id,
            book_car_id=request.car,
            book_hotel_id=request.hotel,
            book_flight_id=request.flight,
            attempts=request.attempts,
            deadline=request.deadline,
            reply=self._callback(start),
            policy=self._settings.policy,
        )
