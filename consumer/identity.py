"""Everything that follows from a booking's id and payload, and so is the same for every repeat."""

import hashlib
import re

from consumer.delivery import Delivery
from publisher.models import BookingRequest

_ID = re.compile(r"[A-Za-z0-9._:-]{1,200}", re.ASCII)


def booking_id(request: BookingRequest, delivery: Delivery) -> str:
    """The idempotency key: `booking_id`, else `message_id`, else a hash of body and correlation id."""
    if request.booking_id or delivery.message_id:
        return request.booking_id or delivery.message_id or ""
    return _hash(delivery.body, (delivery.correlation_id or "").encode())


def workflow_id(booking: str) -> str:
    """`booking-<booking id>`; an id with other characters is hashed into the contract's alphabet."""
    return f"booking-{booking if _ID.fullmatch(booking) else _hash(_bytes(booking))}"


def user_id(name: str, booking: str) -> str:
    """The name in lower case with hyphens for blanks, and six digits that follow from the booking id."""
    digits = int(_hash(_bytes(booking)), 16) % 1_000_000
    return f"{name.lower().replace(' ', '-')}-{digits:06d}"


def fingerprint(request: BookingRequest) -> str:
    """Equal for requests with the same validated fields, whatever their bytes; the id itself is left out."""
    return _hash(request.model_dump_json(exclude={"booking_id"}).encode())


def answer_id(booking: str, revision: int) -> str:
    """The `message_id` of an answer: the same for every re-send of it."""
    return _hash(b"answer", _bytes(booking), str(revision).encode())[:32]


def rejection_id(delivery: Delivery) -> str:
    """The `message_id` of a rejection: the same if the same message is rejected again."""
    names = (delivery.message_id or "", delivery.correlation_id or "")
    return _hash(b"rejection", delivery.body, *map(_bytes, names))[:32]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _hash(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
