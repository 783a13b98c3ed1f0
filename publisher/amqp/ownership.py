"""Whose a message is: what RabbitMQ has checked of its sender, and what a copy of it must keep of that.

A copy has another user, whom RabbitMQ checks too. So it notes the original's sender in a header, which counts
only where the copy's own user is trusted.
"""

from collections.abc import Collection
from dataclasses import replace
from math import inf

from aio_pika import Message

from publisher.amqp.message import Delivery
from publisher.errors import NotEditableError
from publisher.settings import BrokerSettings

OWNER = "x-owner"
"""The user for whom an operator sends a message; empty: nobody, as for bookings from before owners."""
SENDER = "x-user-id"
"""In a consumer's copy of a message, the `user_id` that the message had; empty if it had none."""


def sender_of(delivery: Delivery, ours: str | None) -> str | None:
    """Who sent a message, as RabbitMQ has checked; None if nobody knows. `ours` is the consumers' user."""
    if delivery.user_id is None or delivery.user_id != ours:
        return delivery.user_id or None
    return _text(delivery, SENDER) or None


def copy_of(delivery: Delivery, ours: str, room: float = inf) -> Message:
    """A copy that our user may publish, and that is its sender's as before, whatever headers are cut."""
    noted = {SENDER: sender_of(delivery, ours) or ""}
    if (owner := _text(delivery, OWNER)) is not None:
        noted[OWNER] = owner
    others = {name: value for name, value in delivery.headers.items() if name not in noted}
    message = replace(delivery, headers=others).to_message(room - sum(map(len, noted.values())) - 100)
    message.headers.update(noted)
    message.user_id = ours
    return message


def our_copy_of(delivery: Delivery, names: BrokerSettings, room: float = inf) -> Message:
    """A copy for our user to publish: where bookings have owners, one that is its sender's as before."""
    with_owner = names.owners and names.user
    return copy_of(delivery, with_owner, room) if with_owner else delivery.to_message(room)


def as_operator(letter: Delivery, operators: Collection[str]) -> Delivery:
    """A dead letter as an operator sends it again: for the owner that it had.

    Raises `NotEditableError` if it had no user, or was kept by a user who is none of the `operators`: anybody
    may have written its headers.
    """
    noted = _text(letter, SENDER)
    if noted is not None and letter.user_id not in operators:
        who = f"by {letter.user_id!r}" if letter.user_id else "without a user"
        raise NotEditableError(
            f"Its owner is not sure: it was kept {who}, who is not among VOYAGE_OPERATORS. Name the "
            "consumers' user there, or drop it."
        )
    if noted == "":
        raise NotEditableError(
            "It belongs to nobody: it was sent without a user_id. Its sender has to send it again with one."
        )
    sender = letter.user_id if noted is None else noted
    asked = _text(letter, OWNER) if sender in operators else None
    headers = {name: value for name, value in letter.headers.items() if name != SENDER}
    return replace(letter, headers={**headers, OWNER: (sender if asked is None else asked) or ""})


def acting_for(owner: str | None) -> dict[str, str]:
    """The header by which an operator acts for this user; none for whoever acts for himself."""
    return {} if owner is None else {OWNER: owner}


def is_kept_with_sender(letter: Delivery) -> bool:
    """Whether a consumer kept it in a deployment with owners."""
    return SENDER in letter.headers


def _text(delivery: Delivery, header: str) -> str | None:
    value = delivery.headers.get(header)
    return value if isinstance(value, str) else None
