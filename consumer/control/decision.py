"""What to do with a control message: a pure function from a delivery to a decision value."""

from dataclasses import dataclass

from pydantic import ValidationError

from consumer.errors import InvalidRequestError
from consumer.owners import Party, party_of
from consumer.parsing import parse_json_object
from consumer.reply_address import ReplyAddress
from publisher.amqp.message import Delivery
from publisher.contract import identity
from publisher.contract.control import CANCEL_TYPE, STATUS_TYPE, CancelRequest, StatusRequest
from publisher.settings import BrokerSettings


@dataclass(frozen=True, kw_only=True)
class _AboutBooking:
    workflow_id: str

    @property
    def order_key(self) -> str:
        """Control messages of one booking are handled in the queue's order."""
        return self.workflow_id


@dataclass(frozen=True, kw_only=True)
class Cancel(_AboutBooking):
    """Cancel this booking; the reply address, if there is one, gets its result. Then ack."""

    reason: str
    reply_address: ReplyAddress | None


@dataclass(frozen=True, kw_only=True)
class AskStatus(_AboutBooking):
    """Tell the reply address how this booking stands. Then ack."""

    reply_address: ReplyAddress


@dataclass(frozen=True)
class Drop:
    """A control message that means nothing: log why, and ack."""

    why: str

    @property
    def order_key(self) -> None:
        """What means nothing may be dropped in any order."""


def decide_control(delivery: Delivery, settings: BrokerSettings) -> Cancel | AskStatus | Drop:
    """The contract's section "Control", as far as the message alone tells."""
    try:
        return _decide(delivery, settings, party_of(delivery, settings))
    except InvalidRequestError as error:
        return Drop(str(error))


def _decide(delivery: Delivery, settings: BrokerSettings, party: Party) -> Cancel | AskStatus | Drop:
    address = ReplyAddress.from_delivery(delivery, settings, party)
    if delivery.reply_to and not address.is_allowed(settings, party):
        return Drop(f"results can't be sent to {delivery.reply_to!r}")
    kinds: dict[str | None, type[CancelRequest | StatusRequest]]
    kinds = {CANCEL_TYPE: CancelRequest, STATUS_TYPE: StatusRequest}
    if delivery.type not in kinds:
        return Drop(f"its type {delivery.type!r} is neither {CANCEL_TYPE!r} nor {STATUS_TYPE!r}")
    try:
        message = kinds[delivery.type].model_validate(parse_json_object(delivery.body))
    except (InvalidRequestError, ValidationError):
        return Drop('its body is not {"booking_id": "…"}')
    reply_address = address.for_booking(message.booking_id) if delivery.reply_to else None
    workflow_id = identity.workflow_id(message.booking_id, party.owner)
    if isinstance(message, CancelRequest):
        return Cancel(workflow_id=workflow_id, reason=message.reason, reply_address=reply_address)
    if reply_address:
        return AskStatus(workflow_id=workflow_id, reply_address=reply_address)
    return Drop("it asks for a status and names no reply_to")
