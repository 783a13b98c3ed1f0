"""What to do with a control message: a pure function from a delivery to a decision value."""

from dataclasses import dataclass

from pydantic import ValidationError

from consumer import identity
from consumer.addresses import address_of, is_allowed
from consumer.callers import Caller
from consumer.decoding import read_object
from consumer.errors import InvalidRequestError
from publisher.control import CANCEL_TYPE, STATUS_TYPE, CancelRequest, StatusRequest
from publisher.delivery import Delivery
from publisher.settings import BrokerSettings


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """Cancel this booking; the caller, if there is one, gets its result. Then ack."""

    workflow_id: str
    reason: str
    caller: Caller | None


@dataclass(frozen=True, kw_only=True)
class AskStatus:
    """Tell the caller how this booking stands. Then ack."""

    workflow_id: str
    caller: Caller


@dataclass(frozen=True)
class Drop:
    """A control message that means nothing: log why, and ack."""

    why: str


def decide_control(delivery: Delivery, settings: BrokerSettings) -> Cancel | AskStatus | Drop:
    """The contract's section "Control", as far as the message alone tells."""
    address = address_of(delivery, settings)
    if delivery.reply_to and not is_allowed(address, settings):
        return Drop(f"results can't be sent to {delivery.reply_to!r}")
    kinds: dict[str | None, type[CancelRequest | StatusRequest]]
    kinds = {CANCEL_TYPE: CancelRequest, STATUS_TYPE: StatusRequest}
    if delivery.type not in kinds:
        return Drop(f"its type {delivery.type!r} is neither {CANCEL_TYPE!r} nor {STATUS_TYPE!r}")
    try:
        message = kinds[delivery.type].model_validate(read_object(delivery.body))
    except (InvalidRequestError, ValidationError):
        return Drop('its body is not {"booking_id": "…"}')
    caller = Caller.of(message.booking_id, address, delivery) if delivery.reply_to else None
    workflow_id = identity.workflow_id(message.booking_id)
    if isinstance(message, CancelRequest):
        return Cancel(workflow_id=workflow_id, reason=message.reason, caller=caller)
    if caller:
        return AskStatus(workflow_id=workflow_id, caller=caller)
    return Drop("it asks for a status and names no reply_to")
