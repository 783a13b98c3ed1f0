"""Starting bookings in Temporal: one workflow per booking id, however often it is asked for."""

from dataclasses import dataclass

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError

from consumer.errors import TemporalCallError
from consumer.failures import TEMPORAL
from consumer.replies.result_mapping import CANCELLED_BEFORE_REQUEST
from consumer.requests.decision import Start
from consumer.settings import ConsumerSettings
from consumer.temporal.booking_lookup import FINGERPRINT, USER_ID, Closed, Foreign, Missing, Running, look_up
from consumer.temporal.calls import RPC_TIMEOUT, signalled, started, temporal_calls
from saga.models import BookingOutcome, BookVacationInput
from saga.workflows.booking import BookingWorkflow
from saga.workflows.cancelled_before_request import CancelledBeforeRequestWorkflow, cancelled_before_start
from voyage.failures import Failure


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


class WorkflowStarter:
    """Starts bookings, or joins the ones that are there."""

    def __init__(self, client: Client, settings: ConsumerSettings) -> None:
        self._client = client
        self._settings = settings

    async def start(self, start: Start) -> Accepted | Ended | Conflict:
        """Make sure that the booking is durably started, exactly once for its id.

        Raises `TemporalCallError` when Temporal can't be asked, doesn't say or refuses; asking again is safe.
        """
        with temporal_calls():
            while True:
                if await self._started(start):
                    return Accepted(joined=False)
                if answer := await self._join(start):
                    return answer

    async def join(self, start: Start) -> Accepted | Ended | Conflict | None:
        """Join a booking that is there already; None if there is none. Raises as `start` does."""
        with temporal_calls():
            while not isinstance(await look_up(self._client, start.workflow_id), Missing):
                if answer := await self._join(start):
                    return answer
        return None

    async def _started(self, start: Start) -> bool:
        return await started(
            self._client.start_workflow(
                BookingWorkflow.run,
                _booking_input(start, self._settings),
                id=start.workflow_id,
                task_queue=self._settings.task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                memo=_memo(start),
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
        if isinstance(found, Foreign) or not _is_for(found, start):
            return Conflict()
        booking = _booking_input(start, self._settings)
        if isinstance(found, Closed):
            return Ended(found.outcome or cancelled_before_start(booking, CANCELLED_BEFORE_REQUEST))
        handle = self._client.get_workflow_handle(start.workflow_id)
        if found.fingerprint is None:
            args = [booking, _memo(start)]
            signal = handle.signal(
                CancelledBeforeRequestWorkflow.request_arrived, args=args, rpc_timeout=RPC_TIMEOUT
            )
        else:
            callback = start.reply_address.to_callback(self._settings)
            signal = handle.signal(BookingWorkflow.join, callback, rpc_timeout=RPC_TIMEOUT)
        try:
            return Accepted(joined=True) if await signalled(signal) else None
        except RPCError as error:
            if TEMPORAL[error.status] is not Failure.REFUSED:
                raise
            # Temporal takes a limited number of signals for a workflow: this caller is answered when it ends.
            raise TemporalCallError(
                f"{start.workflow_id} takes no more subscribers: {error.message}", Failure.BUSY, lasts=True
            ) from error


def _is_for(found: Running | Closed, start: Start) -> bool:
    """Whether what is there is this very booking, or waits for its request; else it conflicts."""
    if found.fingerprint is None:  # else another client started it, for who knows what
        return found.is_early_cancel
    return found.fingerprint == start.fingerprint


def _booking_input(start: Start, settings: ConsumerSettings) -> BookVacationInput:
    request = start.request
    return BookVacationInput(
        book_user_id=start.user_id,
        book_car_id=request.car,
        book_hotel_id=request.hotel,
        book_flight_id=request.flight,
        attempts=request.attempts,
        deadline=request.deadline,
        reply=start.reply_address.to_callback(settings),
        policy=settings.policy,
    )


def _memo(start: Start) -> dict[str, str]:
    """What can be read of a booking without its history: enough to tell a repeat from a conflict."""
    return {FINGERPRINT: start.fingerprint, USER_ID: start.user_id}
