"""Starting bookings in Temporal: one workflow per booking id, however often it is asked for."""

from dataclasses import dataclass, replace

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from consumer.callers.joining import Joining
from consumer.requests.booking_input import booking_input, memo_of, summary_of
from consumer.requests.decision import Start
from consumer.settings import ConsumerSettings
from consumer.temporal import unowned
from consumer.temporal.booking_lookup import Closed, Foreign, Missing, Running, look_up
from consumer.temporal.calls import RPC_TIMEOUT, Signal, signalled, temporal_calls
from consumer.temporal.intake import Intake
from consumer.temporal.recent import Recent
from consumer.temporal.shown_starts import ShownStarts
from publisher.contract.answers import CANCELLED_BEFORE_REQUEST
from saga.models import BookingOutcome
from saga.search_attributes import RUNNING
from saga.workflows.booking import BookingWorkflow
from saga.workflows.cancelled_before_request import CancelledBeforeRequestWorkflow, cancelled_before_start


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

    def __init__(
        self, client: Client, settings: ConsumerSettings, intake: Intake, starts: ShownStarts
    ) -> None:
        self._client = client
        self._starts = starts
        self._intake = intake
        self._settings = settings
        self._joining = Joining(client, settings)
        self._running: Recent[Running] = Recent()

    def was_running(self, start: Start) -> bool:
        """Whether this very booking ran a moment ago, so that callers may join it in any order."""
        running = self._running.get(start.workflow_id)
        return running is not None and running.fingerprint == start.fingerprint

    async def start(self, start: Start) -> Accepted | Ended | Conflict:
        """Make sure that the booking is durably started, exactly once for its id.

        Raises `TemporalCallError` when Temporal can't be asked, doesn't say or refuses; asking again is safe.
        """
        async with self._intake.turn():
            start = await self._meant(start)
            running = self._running.get(start.workflow_id)
            if running and (answer := await self._join(start, running)):
                return answer
            while not await self._started(start):
                if answer := await self._join(start, await self._look_up(start)):
                    return answer
        return Accepted(joined=False)

    async def join(self, start: Start) -> Accepted | Ended | Conflict | None:
        """Join a booking that is there already; None if there is none. Raises as `start` does."""
        with temporal_calls():
            start = await self._meant(start)
            while not isinstance(found := await self._look_up(start), Missing):
                if answer := await self._join(start, found):
                    return answer
        return None

    async def _meant(self, start: Start) -> Start:
        """The same, for the booking from before there were owners if it is of this very request."""
        about = start.booking_id, start.owner, start.fingerprint
        return replace(start, workflow_id=await unowned.of_request(self._client, self._settings, *about))

    async def _started(self, start: Start) -> bool:
        booking = booking_input(start, self._settings)
        return await self._starts.started(
            lambda shown: self._client.start_workflow(
                BookingWorkflow.run,
                booking,
                id=start.workflow_id,
                task_queue=self._settings.task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                memo=memo_of(start),
                search_attributes=shown,
                static_summary=summary_of(booking),
                # With the worker in this process, the first step comes back with the answer to the start.
                request_eager_start=self._settings.with_worker,
                rpc_timeout=RPC_TIMEOUT,
            ),
            start.workflow_id,
            RUNNING,
        )

    async def _look_up(self, start: Start) -> Missing | Foreign | Running | Closed:
        """What is there; that it runs is remembered for a moment, as callers may come by thousands."""
        found = await look_up(self._client, start.workflow_id)
        if isinstance(found, Running) and not found.is_early_cancel:
            self._running.put(start.workflow_id, found)
        else:
            self._running.forget(start.workflow_id)
        return found

    async def _join(
        self, start: Start, found: Missing | Foreign | Running | Closed
    ) -> Accepted | Ended | Conflict | None:
        """Join the booking that was found; None if it changed while we looked, so look again."""
        if isinstance(found, Missing):
            return None
        if isinstance(found, Foreign) or not _is_for(found, start):
            return Conflict()
        if isinstance(found, Closed):
            return Ended(found.outcome) if found.outcome else self._cancelled(start)
        if found.fingerprint is None:
            return await self._arrive(start)
        joined = await self._joining.join(start.workflow_id, found, start.reply_address)
        return Accepted(joined=True) if joined else None

    async def _arrive(self, start: Start) -> Accepted | Ended | None:
        """Tell the cancel that came before that its request is here."""
        handle = self._client.get_workflow_handle(start.workflow_id)
        args = [booking_input(start, self._settings), memo_of(start)]
        arrived = CancelledBeforeRequestWorkflow.request_arrived
        match await signalled(handle.signal(arrived, args=args, rpc_timeout=RPC_TIMEOUT)):
            case Signal.TAKEN:
                return Accepted(joined=True)
            case Signal.FULL:
                return self._cancelled(start)
        return None

    def _cancelled(self, start: Start) -> Ended:
        booking = booking_input(start, self._settings)
        return Ended(cancelled_before_start(booking, CANCELLED_BEFORE_REQUEST))


def _is_for(found: Running | Closed, start: Start) -> bool:
    """Whether what is there is this very booking, or waits for its request; else it conflicts."""
    if found.fingerprint is None:  # else another client started it, for who knows what
        return found.is_early_cancel
    return found.fingerprint == start.fingerprint
