"""What to do with a request message: a pure function from a delivery to a decision value."""

from dataclasses import dataclass

from consumer.errors import InvalidRequestError
from consumer.owners import party_of
from consumer.parsing import parse_request
from consumer.reply_address import ReplyAddress, answerable
from consumer.settings import ConsumerSettings
from publisher.amqp.message import Delivery
from publisher.contract import identity
from publisher.contract.request import REQUEST_TYPE
from voyage.trips import Trip
from voyage.trips.rereading import why_unstable


@dataclass(frozen=True, kw_only=True)
class Start:
    """Start the booking's workflow, or join it, or send its original answer again. Then ack."""

    booking_id: str
    workflow_id: str
    user_id: str
    fingerprint: str
    request: Trip
    reply_address: ReplyAddress
    owner: str | None = None
    only_joins: bool = False
    """Whether its booking is known to run: then it need not wait for others of that booking."""

    @property
    def order_key(self) -> str | None:
        """Requests of one booking are handled in the queue's order: the first one is booked."""
        return None if self.only_joins else self.workflow_id

    def rejected(self, code: str, message: str) -> "Reject":
        """Instead, reject it with this reason."""
        return Reject(
            code=code, message=message, reply_address=self.reply_address, booking_id=self.booking_id
        )


@dataclass(frozen=True, kw_only=True)
class Reject:
    """Dead-letter the message with this reason, tell the reply address if there is one, and ack."""

    code: str
    message: str
    reply_address: ReplyAddress | None
    booking_id: str | None = None

    @property
    def order_key(self) -> None:
        """Rejections may be handled in any order."""


Decision = Start | Reject


def decide(delivery: Delivery, settings: ConsumerSettings) -> Decision:
    """The contract's table "One answer each", as far as the message alone tells."""
    try:
        party = party_of(delivery, settings)
    except InvalidRequestError as error:
        return Reject(code=error.code, message=str(error), reply_address=answerable(delivery, settings))
    address = ReplyAddress.from_delivery(delivery, settings, party)
    if not address.is_allowed(settings, party):
        return Reject(
            code="reply_to_not_allowed",
            message=f"reply_to: results can't be sent to {address.reply_to!r}",
            reply_address=None,
        )
    if delivery.type not in (None, REQUEST_TYPE):
        message = f"type: {delivery.type!r} is not {REQUEST_TYPE!r}"
        return Reject(code="invalid", message=message, reply_address=address)
    try:
        request = parse_request(delivery.body, settings.trip)
    except InvalidRequestError as error:
        return Reject(code=error.code, message=str(error), reply_address=address)
    if unstable := why_unstable(request):
        return Reject(code="invalid", message=unstable, reply_address=address)
    booking_id = identity.booking_id(request, delivery.message_id, delivery.correlation_id, delivery.body)
    return Start(
        booking_id=booking_id,
        workflow_id=identity.workflow_id(booking_id, party.owner),
        owner=party.owner,
        user_id=identity.user_id(request.name, booking_id),
        fingerprint=identity.fingerprint(request),
        request=request,
        reply_address=address.for_booking(booking_id),
    )
