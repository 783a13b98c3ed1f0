"""What a booking itself tells of its legs: by a query while it runs, by its outcome when it has ended."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta
from typing import TypeVar

from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowHistory,
)
from temporalio.client import WorkflowQueryFailedError as QueryFailedError
from temporalio.service import RPCError

from console.facts import legs
from console.facts.answers import answers_under_way
from console.facts.booking_view import Inside
from console.facts.shared import Shared
from console.facts.temporal import TemporalLink
from consumer.temporal.booking_lookup import outcome_of
from saga.errors import DecryptionError
from saga.legs import legs_of
from saga.models import BookingInput, BookingOutcome, LegOutcome
from saga.workflows.booking import BookingWorkflow
from saga.workflows.cancelled_before_request import CancelledBeforeRequestWorkflow
from saga.workflows.history_reader import read_input

AT_A_TIME = 6
RPC_TIMEOUT = timedelta(seconds=5)
QUERY_TIMEOUT = timedelta(seconds=2)
FRESH = 1.5  # seconds for which what a running booking told is shown
SILENT_FOR = 5.0
"""Seconds for which the workers of a task queue are not asked again after one question without an answer."""
MOST_KEPT = 5000  # bookings of which what can't change any more is kept
_EARLY = CancelledBeforeRequestWorkflow.__name__
T = TypeVar("T")
Handle = WorkflowHandle[BookingWorkflow, BookingOutcome]
Pending = Mapping[str, PendingActivityInfo]
_SILENT = "No worker answers for it; this is what Temporal knows."
_SILENT_NOW = "No worker answers for it right now; this is what it told last."
_BEFORE_THE_FIRST_TASK = 3  # events, until a worker has done anything


class Insides:
    """Looks into bookings, a few at a time; what has ended is asked once."""

    def __init__(self, temporal: TemporalLink, shared: Shared) -> None:
        self._temporal, self._shared = temporal, shared
        self._turns = asyncio.Semaphore(AT_A_TIME)
        self._silent_until: dict[str, float] = {}
        self._ended: OrderedDict[str, Inside] = OrderedDict()
        self._told_last: OrderedDict[str, list[LegOutcome]] = OrderedDict()
        self._inputs: OrderedDict[str, BookingInput] = OrderedDict()

    async def of(self, found: WorkflowExecution, patience: float) -> Inside:
        """What it tells within so many seconds, or what it told last."""
        if known := self._ended.get(found.run_id):
            return known
        reading = await self._shared.get(
            ("inside", found.run_id), lambda: self._look(found), fresh=FRESH, patience=patience
        )
        return reading.value or Inside(note=reading.error)

    async def _look(self, found: WorkflowExecution) -> Inside:
        async with self._turns:
            client = self._temporal.client
            try:
                if found.status is WorkflowExecutionStatus.RUNNING:
                    return await self._running(client, found)
                outcome = await outcome_of(client, found)
            except DecryptionError as unreadable:
                return Inside(note=str(unreadable))
        inside = Inside(legs=tuple(legs.ended(outcome.legs)) if outcome else (), outcome=outcome)
        _keep(self._ended, found.run_id, inside)
        return inside

    async def _running(self, client: Client, found: WorkflowExecution) -> Inside:
        if found.workflow_type == _EARLY:
            return Inside(note="Cancelled before its request has come; it waits for that.")
        handle = client.get_workflow_handle_for(BookingWorkflow.run, found.id, run_id=found.run_id)
        described = await handle.describe(rpc_timeout=RPC_TIMEOUT)
        booking = await self._input(client, found)
        if described.status is not WorkflowExecutionStatus.RUNNING:
            outcome = await outcome_of(client, described)
            return Inside(
                legs=tuple(legs.ended(outcome.legs)) if outcome else (), booking=booking, outcome=outcome
            )
        pending = legs.by_activity(described.raw_description.pending_activities)
        told = await self._told(handle, found.task_queue)
        if told is None:
            begun = described.history_length > _BEFORE_THE_FIRST_TASK
            return self._silent(found.run_id, booking, pending, begun=begun)
        _keep(self._told_last, found.run_id, told)
        answering = answers_under_way(described.raw_description.pending_activities)
        outcome = await self._outcome(handle) if legs.may_be_over(told, pending) else None
        shown = legs.ended(outcome.legs) if outcome else legs.going(told, pending)
        return Inside(legs=tuple(shown), booking=booking, outcome=outcome, answering=answering)

    def _silent(self, run_id: str, booking: BookingInput, pending: Pending, *, begun: bool) -> Inside:
        """What is known of one that no worker answers for: what it told last, or what was planned."""
        if known := self._told_last.get(run_id):
            return Inside(legs=tuple(legs.going(known, pending)), booking=booking, note=_SILENT_NOW)
        planned = legs.planned(legs_of(booking), pending, begun=begun)
        return Inside(legs=tuple(planned), booking=booking, note=_SILENT)

    async def _outcome(self, handle: Handle) -> BookingOutcome | None:
        """How it ended, while its callers, or a person, are still waited for; None if it doesn't say."""
        try:
            return await handle.query(BookingWorkflow.outcome, rpc_timeout=QUERY_TIMEOUT)
        except (QueryFailedError, RPCError):
            return None

    async def _told(self, handle: Handle, task_queue: str) -> list[LegOutcome] | None:
        """What the booking says of its legs; None if no worker answers for it, or none did a moment ago."""
        if time.monotonic() < self._silent_until.get(task_queue, 0.0):
            return None
        try:
            return await handle.query(BookingWorkflow.legs, rpc_timeout=QUERY_TIMEOUT)
        except QueryFailedError:
            return None
        except RPCError:
            self._silent_until[task_queue] = time.monotonic() + SILENT_FOR
            return None

    async def _input(self, client: Client, found: WorkflowExecution) -> BookingInput:
        """With what it was started, which its first event says."""
        if known := self._inputs.get(found.run_id):
            return known
        handle = client.get_workflow_handle(found.id, run_id=found.run_id)
        async for event in handle.fetch_history_events(page_size=1, rpc_timeout=RPC_TIMEOUT):
            booking = await read_input(WorkflowHistory(found.id, [event]), client.data_converter)
            _keep(self._inputs, found.run_id, booking)
            return booking
        raise AssertionError("a workflow without a first event")


def _keep(kept: OrderedDict[str, T], key: str, value: T) -> None:
    kept[key] = value
    if len(kept) > MOST_KEPT:
        kept.popitem(last=False)
