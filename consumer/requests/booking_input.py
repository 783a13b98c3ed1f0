"""From a request to what Temporal is given for it."""

from consumer.requests.decision import Start
from consumer.settings import ConsumerSettings
from consumer.temporal.booking_lookup import FINGERPRINT, USER_ID
from saga.models import BookVacationInput


def booking_input(start: Start, settings: ConsumerSettings) -> BookVacationInput:
    """What the workflow is started with."""
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


def memo_of(start: Start) -> dict[str, str]:
    """What can be read of a booking without its history: enough to tell a repeat from a conflict."""
    return {FINGERPRINT: start.fingerprint, USER_ID: start.user_id}
