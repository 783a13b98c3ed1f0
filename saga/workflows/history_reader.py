"""What a booking that was stopped from outside leaves behind: read from its history, as no code of it ran."""

from collections.abc import Mapping, Sequence
from typing import TypeVar, cast

from temporalio.api.common.v1 import Payloads
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError, FailureError

from saga.activities.unserved import is_unserved, tries_before
from saga.errors import REFUSED
from saga.legs import Leg, legs_of
from saga.models import AnyBooking, Booked, BookingInput, BookingOutcome, Reason, ReasonCode, ReplyCallback
from saga.workflows.ledger import Ledger

T = TypeVar("T")

JOIN = "join"
ANY_BOOKING = cast("type[BookingInput]", AnyBooking)


async def read_input(history: WorkflowHistory, converter: DataConverter) -> BookingInput:
    """The input with which the booking was started."""
    started = history.events[0].workflow_execution_started_event_attributes
    return await _decode(converter, started.input, ANY_BOOKING)


async def read_subscribers(history: WorkflowHistory, converter: DataConverter) -> list[ReplyCallback]:
    """Everybody who was to hear of the outcome: who asked first, and who joined later."""
    booking = await read_input(history, converter)
    callers = [booking.reply] if booking.reply else []
    for event in history.events:
        signal = event.workflow_execution_signaled_event_attributes
        if signal.signal_name == JOIN:
            caller = await _decode(converter, signal.input, ReplyCallback)
            if caller not in callers:
                callers.append(caller)
    return callers


async def reconstruct_outcome(history: WorkflowHistory, converter: DataConverter, how: str) -> BookingOutcome:
    """What is known of each leg when a booking was stopped; `how` is Temporal's word for it.

    A booking that was cancelled before it took its first step booked nothing: it is cancelled, not failed.
    """
    booking = await read_input(history, converter)
    ledger = Ledger(booking)
    await _replay(ledger, legs_of(booking), history.events, converter)
    if how == "canceled" and ledger.untouched:
        ledger.stop(Reason(code=ReasonCode.CANCELLED_BY_REQUEST, message="Cancelled in Temporal"))
        return ledger.outcome()
    message = f"The workflow was {how} from outside; the legs say what may still be booked"
    ledger.stop(Reason(code=ReasonCode.STOPPED, message=message))
    return ledger.outcome(certain=False)


async def _replay(
    ledger: Ledger, legs: Sequence[Leg], events: Sequence[HistoryEvent], converter: DataConverter
) -> None:
    books, undos = {leg.book: leg for leg in legs}, {leg.undo: leg for leg in legs}
    steps: dict[int, str] = {}
    for event in events:
        if event.HasField("activity_task_scheduled_event_attributes"):
            name = event.activity_task_scheduled_event_attributes.activity_type.name
            steps[event.event_id] = name
            if leg := books.get(name):
                ledger.trying(leg)
        elif event.HasField("activity_task_started_event_attributes"):
            started = event.activity_task_started_event_attributes
            if leg := books.get(steps[started.scheduled_event_id]):
                ledger.tried(leg, started.attempt)
        elif event.HasField("activity_task_completed_event_attributes"):
            completed = event.activity_task_completed_event_attributes
            name = steps[completed.scheduled_event_id]
            if leg := books.get(name):
                ledger.booked(leg, Booked.read(await _decode(converter, completed.result, dict)))
            elif leg := undos.get(name):
                ledger.undone(leg)
        elif event.HasField("activity_task_failed_event_attributes"):
            failed = event.activity_task_failed_event_attributes
            error = await converter.decode_failure(failed.failure)
            _failed(ledger, books, undos, steps[failed.scheduled_event_id], error)


def _failed(
    ledger: Ledger, books: Mapping[str, Leg], undos: Mapping[str, Leg], name: str, error: BaseException
) -> None:
    if leg := undos.get(name):
        ledger.undo_failed(leg, _message(error))
    elif (leg := books.get(name)) and is_unserved(error):
        ledger.unserved(leg, tries_before(error))
    elif leg and isinstance(error, ApplicationError) and error.type == REFUSED:
        ledger.refused(leg, _message(error))


def _message(error: BaseException) -> str:
    return error.message if isinstance(error, FailureError) else str(error)


async def _decode(converter: DataConverter, payloads: Payloads, kind: type[T]) -> T:
    [value] = await converter.decode(payloads.payloads, [kind])
    return cast("T", value)
