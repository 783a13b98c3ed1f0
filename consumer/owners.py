"""Who sent a message, and whose booking it is about, where bookings have owners."""

from dataclasses import dataclass

from consumer.errors import InvalidRequestError
from publisher.amqp.message import Delivery
from publisher.amqp.ownership import OWNER, sender_of
from publisher.settings import BrokerSettings
from voyage.errors import SettingsError
from voyage.trips.booking_ids import owner_id


@dataclass(frozen=True, kw_only=True)
class Party:
    """Who sent a message, and for whom, each as an id; an `owner` of None has the bookings without owner."""

    sender: str | None = None
    owner: str | None = None
    is_operator: bool = False


EVERYBODY = Party()
"""Where bookings have no owners."""


def party_of(delivery: Delivery, settings: BrokerSettings) -> Party:
    """By the user whom RabbitMQ has checked; an operator may act for another, whom a header names.

    Raises `InvalidRequestError` if there is no such user, or the header is no business of his.
    """
    if not settings.owners:
        return EVERYBODY
    sender = sender_of(delivery, settings.user)
    if sender is None:
        raise InvalidRequestError(
            "invalid", "user_id: it is missing; bookings belong to the RabbitMQ user whom this property names"
        )
    is_operator = sender in settings.operator_names
    asked = delivery.headers.get(OWNER, sender)
    if not isinstance(asked, str) or (asked != sender and not is_operator):
        raise InvalidRequestError("invalid", f"{OWNER}: only operators may act for others")
    owner = owner_id(asked) if asked else None
    return Party(sender=owner_id(sender), owner=owner, is_operator=is_operator)


def require_own_user(settings: BrokerSettings) -> None:
    """Raise `SettingsError` if a consumer doesn't know as whom it publishes, as its copies must say so."""
    if settings.owners and not settings.user:
        raise SettingsError("VOYAGE_AMQP_USER: VOYAGE_OWNERS needs the name of the consumer's RabbitMQ user")
