"""Everything that follows from a booking's id and payload, and so is the same for every repeat."""

import re

from publisher.amqp.message import Delivery
from publisher.contract.identity import booking_id, digest, to_bytes
from publisher.contract.request import BookingRequest

__all__ = ["answer_id", "booking_id", "fingerprint", "rejection_id", "user_id", "workflow_id"]

_ID = re.compile(r"[A-Za-z0-9._:-]{1,200}", re.ASCII)


def workflow_id(booking: str) -> str:
    """`booking-<booking id>`; an id with other characters is hashed into the contract's alphabet."""
    return f"booking-{booking if _ID.fullmatch(booking) else digest(to_bytes(booking))}"


def user_id(name: str, booking: str) -> str:
    """The name in lower case with hyphens for blanks, and six digits that follow from the booking id."""
    digits = int(digest(to_bytes(booking)), 16) % 1_000_000
    return f"{name.lower().replace(' ', '-')}-{digits:06d}"


def fingerprint(request: BookingRequest) -> str:
    """Equal for requests with the same validated fields, whatever their bytes; the id itself is left out."""
    return digest(request.model_dump_json(exclude={"booking_id"}).encode())


def answer_id(booking: str, revision: int) -> str:
    """The `message_id` of an answer: the same for every re-send of it."""
    return digest(b"answer", to_bytes(booking), str(revision).encode())[:32]


def rejection_id(delivery: Delivery) -> str:
    """The `message_id` of a rejection: the same if the same message is rejected again."""
    names = (delivery.message_id or "", delivery.correlation_id or "")
    return digest(b"rejection", delivery.body, *map(to_bytes, names))[:32]
