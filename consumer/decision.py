"""What to do with a request message: a pure function from a delivery to a decision value."""

from dataclasses import dataclass

from consumer import identity
from consumer.addresses import Address, address_of, is_allowed
from consumer.callers import Caller
from consumer.decoding import read_request
from consumer.errors import InvalidRequestError
from consumer.settings import ConsumerSettings
from publisher.delivery import Delivery
from publisher.models import REQUEST_TYPE, BookingRequest


@dataclass(frozen=True, kw_only=True)
class Start:
    """Start the booking's workflow, or join it, or send its original answer again. Then ack."""

    booking_id: str
    workflow_id: str
    user_id: str
    fingerprint: str
    request: BookingRequest
    caller: Caller


@dataclass(frozen=True, kw_only=True)
class Reject:
    """Dead-letter the message with this reason and ack it; `answer_to` hears of it, unless it is None."""

    code: str
    message: str
    answer_to: Address | None
    booking_id: str | None = None


Decision = Start | Reject


def decide(delivery: Delivery, settings: ConsumerSettings) -> Decision:
    """The contract's table "One answer each", as far as the message alone tells."""
    address = address_of(delivery, settings)
    if not is_allowed(address, settings):
        return Reject(
            code="reply_to_not_allowed",
            message=f"reply_to: results can't be sent to {address.reply_to!r}",
            answer_to=None,
        )
    if delivery.type not in (None, REQUEST_TYPE):
        message = f"type: {delivery.type!r} is not {REQUEST_TYPE!r}"
        return Reject(code="invalid", message=message, answer_to=address)
    try:
        request = read_request(delivery.body)
    except InvalidRequestError as error:
        return Reject(code=error.code, message=str(error), answer_to=address)
    booking_id = identity.booking_id(request, delivery)
    return Start(
        booking_id=booking_id,
        workflow_id=identity.workflow_id(booking_id),
        user_id=identity.user_id(request.name, booking_id),
        fingerprint=identity.fingerprint(request),
        request=request,
        caller=Caller.of(booking_id, address, delivery),
    )
