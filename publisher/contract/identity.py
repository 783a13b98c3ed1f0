"""What follows from a booking's id and payload, and so is the same for every repeat: the contract's ids."""

import hashlib
import json
import re

from voyage.trips import Trip

PREFIX = "booking-"
_FINGERPRINT_VERSION = b"1"
_ID = re.compile(r"[A-Za-z0-9._:-]{1,200}", re.ASCII)


def booking_id(request: Trip, message_id: str | None, correlation_id: str | None, body: bytes) -> str:
    """`booking_id`, else `message_id`, else a hash of body and correlation id."""
    return request.booking_id or message_id or hash_of(body, correlation_id)


def hash_of(body: bytes, correlation_id: str | None) -> str:
    """The booking id of a message that names none."""
    return digest(body, to_bytes(correlation_id or ""))


def workflow_id(booking: str) -> str:
    """`booking-<booking id>`; an id with other characters is hashed into the contract's alphabet."""
    return f"{PREFIX}{booking if _ID.fullmatch(booking) else digest(to_bytes(booking))}"


def user_id(name: str, booking: str) -> str:
    """The name in lower case with hyphens for blanks, and six digits that follow from the booking id."""
    digits = int(digest(to_bytes(booking)), 16) % 1_000_000
    return f"{name.lower().replace(' ', '-')}-{digits:06d}"


def fingerprint(request: Trip) -> str:
    """Equal for requests with the same validated fields, whatever their bytes; the id itself is left out.

    Absent fields and defaults count for nothing, nor does the order of the fields: a version that knows one
    more optional field still recognises the repeats of bookings that an older version has started, and a
    default that is made anew each time (a `default_factory`) makes no other booking.
    """
    fields = request.model_dump(
        mode="json", by_alias=True, exclude={"booking_id"}, exclude_unset=True, exclude_defaults=True
    )
    return digest(_FINGERPRINT_VERSION, json.dumps(fields, sort_keys=True).encode())


def answer_id(booking: str, revision: int) -> str:
    """The `message_id` of an answer: the same for every re-send of it."""
    return digest(b"answer", to_bytes(booking), str(revision).encode())[:32]


def rejection_id(body: bytes, message_id: str | None, correlation_id: str | None) -> str:
    """The `message_id` of a rejection: the same if the same message is rejected again."""
    names = (message_id or "", correlation_id or "")
    return digest(b"rejection", body, *map(to_bytes, names))[:32]


def digest(*parts: bytes) -> str:
    """A hash of several parts, in which none can be mistaken for another."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(len(part).to_bytes(8, "big") + part)
    return sha.hexdigest()


def to_bytes(text: str) -> bytes:
    """Bytes to hash, for any text at all."""
    return text.encode("utf-8", "surrogatepass")
