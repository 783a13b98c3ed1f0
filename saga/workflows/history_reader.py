"""What a booking that was stopped from outside leaves behind: read from its history, as no code of it ran."""

from typing import TypeVar, cast

from temporalio.api.common.v1 import Payloads
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from saga.legs import legs_of
from saga.models import AnyBooking, BookingInput, BookingOutcome, Reason, ReasonCode, ReplyCallback
from saga.workflows.ledger import Ledger
from saga.workflows.lost_tries import Tasks, perhaps_tried
from saga.workflows.recorded_steps import RecordedSteps

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
    legs, tasks = legs_of(booking), Tasks()
    steps = RecordedSteps(ledger, legs, converter)
    for event in history.events:
        tasks.note(event, of_a_leg=await steps.note(event))
    for leg in perhaps_tried(legs, ledger, tasks):
        ledger.trying(leg)
    if how == "canceled" and ledger.untouched:
        ledger.stop(Reason(code=ReasonCode.CANCELLED_BY_REQUEST, message="Cancelled in Temporal"))
        return ledger.outcome()
    message = f"The workflow was {how} from outside; the legs say what may still be booked"
    ledger.stop(Reason(code=ReasonCode.STOPPED, message=message))
    return ledger.outcome(certain=False)


async def _decode(converter: DataConverter, payloads: Payloads, kind: type[T]) -> T:
    [value] = await converter.decode(payloads.payloads, [kind])
    return cast("T", value)
