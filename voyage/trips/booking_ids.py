"""The workflow of a booking, by its id: what a client, the bridge and an operator's command must agree on."""

import hashlib
import re

PREFIX = "booking-"
_ID = re.compile(r"[A-Za-z0-9._:-]{1,200}", re.ASCII)


def workflow_id(booking: str) -> str:
    """`booking-<booking id>`; an id with other characters is hashed into the contract's alphabet."""
    return f"{PREFIX}{booking if _ID.fullmatch(booking) else digest(to_bytes(booking))}"


def digest(*parts: bytes) -> str:
    """A hash of several parts, in which none can be mistaken for another."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(len(part).to_bytes(8, "big") + part)
    return sha.hexdigest()


def to_bytes(text: str) -> bytes:
    """Bytes to hash, for any text at all."""
    return text.encode("utf-8", "surrogatepass")
