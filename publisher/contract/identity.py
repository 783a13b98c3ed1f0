"""The contract's idempotency key: which messages are the same booking."""

import hashlib

from publisher.contract.request import BookingRequest


def booking_id(
    request: BookingRequest, message_id: str | None, correlation_id: str | None, body: bytes
) -> str:
    """`booking_id`, else `message_id`, else a hash of body and correlation id."""
    return request.booking_id or message_id or hash_of(body, correlation_id)


def hash_of(body: bytes, correlation_id: str | None) -> str:
    """The booking id of a message that names none."""
    return digest(body, to_bytes(correlation_id or ""))


def digest(*parts: bytes) -> str:
    """A hash of several parts, in which none can be mistaken for another."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(len(part).to_bytes(8, "big") + part)
    return sha.hexdigest()


def to_bytes(text: str) -> bytes:
    """Bytes to hash, for any text at all."""
    return text.encode("utf-8", "surrogatepass")
