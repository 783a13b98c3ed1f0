"""The bookings with a leg that could not be undone, as Temporal lists them, and what a person tells one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from saga.errors import DecryptionError, NotListedError, TemporalCallError
from saga.legs import idempotency_key
from saga.models import BookingOutcome, LegOutcome
from saga.workflows import manual_intervention
from saga.workflows.booking import BookingWorkflow
from saga.workflows.manual_intervention import ManualInterventionWorkflow
from voyage.trips import booking_ids

_LISTED = f"WorkflowType = '{ManualInterventionWorkflow.__name__}' AND ExecutionStatus = 'Running'"
DONE_WITHIN = 5.0  # seconds in which a worker that runs has long done what it was told


@dataclass(frozen=True)
class Entry:
    """A booking on the list: its workflow id, since when (RFC 3339), and which legs are open, and why.

    `open_legs` is None if the entry was written by a worker that did not yet, or can't be read with our keys.
    """

    workflow_id: str
    since: str
    legs: str
    open_legs: list[LegOutcome] | None = None

    @property
    def booking_id(self) -> str:
        """As everywhere else; of an id that had to be hashed, the hash."""
        return self.workflow_id.removeprefix(booking_ids.PREFIX)

    def fields(self) -> dict[str, object]:
        """The same for programs."""
        legs = None if self.open_legs is None else [self._fields_of(leg) for leg in self.open_legs]
        told = {} if legs is not None else {"text": self.legs}
        return {
            "booking_id": self.booking_id,
            "workflow_id": self.workflow_id,
            "since": self.since,
            "legs": legs,
            **told,
        }

    @property
    def keys(self) -> list[str]:
        """By what the suppliers know the open legs, whether or not they have answered."""
        return [self._key_of(leg) for leg in self.open_legs or ()]

    @property
    def references(self) -> list[str]:
        """What the suppliers have answered, as far as they have."""
        return [leg.reference for leg in self.open_legs or () if leg.reference]

    def _fields_of(self, leg: LegOutcome) -> dict[str, object]:
        return {**asdict(leg), "status": leg.status.value, "idempotency_key": self._key_of(leg)}

    def _key_of(self, leg: LegOutcome) -> str:
        return idempotency_key(self.workflow_id, leg.leg)


async def entries(client: Client, limit: int | None = None) -> AsyncIterator[Entry]:
    """The list as Temporal has it, or its newest `limit`; a new entry may take a second to show."""
    async for found in client.list_workflows(_LISTED, limit=limit):
        yield await _read(found)


async def count(client: Client) -> int:
    """How many bookings are on the list."""
    return (await client.count_workflows(_LISTED)).count


async def listed(client: Client, booking: str) -> Entry:
    """A booking that waits for a person right now, by either of its ids; raises `NotListedError`."""
    for workflow_id in booking_ids.perhaps_meant(booking):
        if found := await _running(client, workflow_id):
            return await _read(found)
    raise NotListedError(booking)


async def retry(client: Client, workflow_id: str) -> None:
    """Let it try again; raises `TemporalCallError` for a booking that was stopped in Temporal."""
    try:
        await _booking(client, workflow_id).signal(BookingWorkflow.retry_undo)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise TemporalCallError(
            f"{workflow_id} was stopped in Temporal, and can't try again. Undo its legs by hand, then: "
            f"voyage-worker attention settle {workflow_id} --note TEXT"
        ) from None


async def settle(client: Client, workflow_id: str, note: str) -> bool:
    """Settle it, or take it off the list if it was stopped in Temporal; whether that is done already."""
    try:
        await _booking(client, workflow_id).signal(BookingWorkflow.settle, note)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        await _entry(client, workflow_id).signal(ManualInterventionWorkflow.update_open_legs, [])
    try:
        async with asyncio.timeout(DONE_WITHIN):
            while await _running(client, workflow_id):
                await asyncio.sleep(0.1)
    except TimeoutError:
        return False
    return True


async def _running(client: Client, workflow_id: str) -> WorkflowExecution | None:
    try:
        found = await _entry(client, workflow_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return found if found.status is WorkflowExecutionStatus.RUNNING else None


async def _read(found: WorkflowExecution) -> Entry:
    open_legs: list[LegOutcome] | None = None
    try:
        legs: str = await found.memo_value(manual_intervention.LEGS, "")
        open_legs = await found.memo_value(manual_intervention.OPEN_LEGS, None, type_hint=list[LegOutcome])
    except DecryptionError as unreadable:
        legs = str(unreadable)
    booking = found.id.removeprefix(manual_intervention.entry_id(""))
    return Entry(booking, found.start_time.isoformat(), legs, open_legs)


def _entry(client: Client, workflow_id: str) -> WorkflowHandle[ManualInterventionWorkflow, None]:
    return client.get_workflow_handle(manual_intervention.entry_id(workflow_id))


def _booking(client: Client, workflow_id: str) -> WorkflowHandle[BookingWorkflow, BookingOutcome]:
    return client.get_workflow_handle(workflow_id)
