"""What follows from a booking's id and payload, and so is the same for every repeat: the contract's ids."""

import json

from publisher.contract.tags import tags_in
from voyage.trips import Trip
from voyage.trips.booking_ids import PREFIX, digest, to_bytes, workflow_id

__all__ = [
    "PREFIX",
    "answer_id",
    "booking_id",
    "digest",
    "fingerprint",
    "hash_of",
    "rejection_id",
    "to_bytes",
    "user_id",
    "workflow_id",
]

_FINGERPRINT_VERSION = b"1"


def booking_id(request: Trip, message_id: str | None, correlation_id: str | None, body: bytes) -> str:
    """`booking_id`, else `message_id`, else a hash of body and correlation id."""
    return request.booking_id or message_id or hash_of(body, correlation_id)


def hash_of(body: bytes, correlation_id: str | None) -> str:
    """The booking id of a message that names none."""
    return digest(body, to_bytes(correlation_id or ""))


def user_id(name: str, booking: str) -> str:
    """The name in lower case with hyphens for blanks, and six digits that follow from the booking id."""
    digits = int(digest(to_bytes(booking)), 16) % 1_000_000
    return f"{name.lower().replace(' ', '-')}-{digits:06d}"


def fingerprint(request: Trip) -> str:
    """Equal for requests with the same validated fields, whatever their bytes; the id itself is left out.

    Absent fields and defaults count for nothing, nor does the order of the fields: a version that knows one
    more optional field still recognises the repeats of bookings that an older version has started, and a
    default that is made anew each time (a `default_factory`) makes no other booking. A tag counts even where
    it is its model's default: a card is no cash.
    """
    fields = request.model_dump(
        mode="json", by_alias=True, exclude={"booking_id"}, exclude_unset=True, exclude_defaults=True
    )
    said = (json.dumps(part, sort_keys=True).encode() for part in [fields, *tags_in(request, fields)])
    return digest(_FINGERPRINT_VERSION, *said)


def answer_id(booking: str, revision: int, owner: str | None = None) -> str:
    """The `message_id` of an answer: the same for every re-send of it, and another for each owner."""
    whose = [to_bytes(owner)] if owner else []
    return digest(b"answer", to_bytes(booking), str(revision).encode(), *whose)[:32]


def rejection_id(body: bytes, message_id: str | None, correlation_id: str | None) -> str:
    """The `message_id` of a rejection: the same if the same message is rejected again."""
    names = (message_id or "", correlation_id or "")
    return digest(b"rejection", body, *map(to_bytes, names))[:32]
