"""The workflow of a booking, by its id and its owner: what all who speak of it must agree on.

An owner is a RabbitMQ user, as an id. Without owners, a booking's workflow is `booking-<booking id>`; with
them it is `booking-<owner>/<booking id>`, which is none without owner, as no booking id has a slash there.
"""

import hashlib
import re
from collections.abc import Iterator
from urllib.parse import unquote

PREFIX = "booking-"
LONGEST_OWNER = 64  # characters; queue names and Temporal's Keywords have 255
_ID = re.compile(r"[A-Za-z0-9._:-]{1,200}", re.ASCII)
_OTHER = re.compile(rb"[^A-Za-z0-9_-]")
_HASHED = "@@"


def workflow_id(booking: str, owner: str | None = None) -> str:
    """`booking-<booking id>`; an id with other characters is hashed into the contract's alphabet."""
    whose = f"{owner}/" if owner else ""
    return f"{PREFIX}{whose}{booking if _ID.fullmatch(booking) else digest(to_bytes(booking))}"


def owner_id(user: str) -> str:
    """A user in an alphabet that fits into ids and queue names: other bytes are `@` and two hex digits.

    A long one is hashed. No two users have the same id.
    """
    quoted = _OTHER.sub(lambda byte: f"@{byte[0][0]:02X}".encode(), to_bytes(user)).decode()
    return quoted if len(quoted) <= LONGEST_OWNER else f"{_HASHED}{digest(to_bytes(user))[:32]}"


def user_of(owner: str) -> str | None:
    """The user with this owner id; None if it is hashed."""
    return None if owner.startswith(_HASHED) else unquote(owner.replace("@", "%"))


def split(workflow_id: str) -> tuple[str | None, str]:
    """The owner, if there is one, and the booking id as it is in a workflow id."""
    owner, slash, booking = workflow_id.removeprefix(PREFIX).partition("/")
    return (owner, booking) if slash else (None, owner)


def perhaps_meant(text: str) -> Iterator[str]:
    """The workflows that a person may mean by a booking id, `<owner>/<booking id>`, or a workflow id."""
    owner, slash, booking = text.removeprefix(PREFIX).partition("/")
    if slash:
        yield workflow_id(booking, owner)
    else:
        yield workflow_id(text)
        if text.startswith(PREFIX):
            yield text


def name_for_suppliers(workflow_id: str) -> str:
    """What suppliers know a booking by: its workflow id, with a hash for the owner."""
    owner, booking = split(workflow_id)
    return f"{PREFIX}{booking}~{digest(to_bytes(owner))[:32]}" if owner else workflow_id


def digest(*parts: bytes) -> str:
    """A hash of several parts, in which none can be mistaken for another."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(len(part).to_bytes(8, "big") + part)
    return sha.hexdigest()


def to_bytes(text: str) -> bytes:
    """Bytes to hash, for any text at all."""
    return text.encode("utf-8", "surrogatepass")
