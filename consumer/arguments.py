"""What the bridge hands to the saga: the booking's input, its memo, and whom to answer."""

from consumer.callers import Caller
from consumer.decision import Start
from consumer.settings import ConsumerSettings
from saga.models import BookVacationInput, ReplyCallback

PUBLISH_RESULT = "publish_result"
FINGERPRINT, USER_ID = "fingerprint", "user_id"


def callback(caller: Caller, settings: ConsumerSettings) -> ReplyCallback:
    """The activity of ours that answers this caller; the booking's own worker has it if that is us."""
    return ReplyCallback(
        activity=PUBLISH_RESULT,
        task_queue=settings.reply_task_queue,
        context=caller.to_context(),
        local=settings.with_worker,
    )


def booking_input(start: Start, settings: ConsumerSettings) -> BookVacationInput:
    """The workflow's input."""
    request = start.request
    return BookVacationInput(
        book_user_id=start.user_id,
        book_car_id=request.car,
        book_hotel_id=request.hotel,
        book_flight_id=request.flight,
        attempts=request.attempts,
        deadline=request.deadline,
        reply=callback(start.caller, settings),
        policy=settings.policy,
    )


def memo(start: Start) -> dict[str, str]:
    """What can be read of a booking without its history: enough to tell a repeat from a conflict."""
    return {FINGERPRINT: start.fingerprint, USER_ID: start.user_id}
