"""How messages that are kept for a person are shown: dead letters and parked results."""

from publisher.amqp.dead_letter import DeadLetter
from publisher.amqp.kept_queue import Kept
from publisher.amqp.parked_result import ParkedResult
from voyage.commands.printable import printable

EXCERPT = 60  # characters of a dead letter's body
_BYTES = 4 * EXCERPT  # in which there are so many, whatever they are
LONGEST_CELL = 1000  # characters; what we note is shorter
DEAD_LETTER = ("id", "reason", "since", "body", "error")
PARKED = ("id", "booking", "reason", "since", "address", "error")


def dead_letter_cells(letter: DeadLetter) -> tuple[str, ...]:
    """A row with the beginning of a letter's body; the letter itself need not be kept."""
    body = excerpt(letter.delivery.body)
    return _cells(letter.id, letter.reason, letter.time[:19], body, letter.error)


def excerpt(body: bytes) -> str:
    """The beginning in one line; `…` where it is cut."""
    begin = " ".join(body[:_BYTES].decode(errors="backslashreplace").split())
    return _in_a_line(begin[:EXCERPT]) + "…" * (len(begin) > EXCERPT or len(body) > _BYTES)


def dead_letter_fields(letter: DeadLetter) -> dict[str, object]:
    """One dead letter whole, for programs."""
    return {**_noted(letter, letter.error, letter.time), **_message(letter)}


def parked_cells(parked: ParkedResult) -> tuple[str, ...]:
    """A row with what was noted."""
    return _cells(parked.id, parked.booking_id, parked.reason, parked.time[:19], parked.address, parked.error)


def parked_fields(parked: ParkedResult) -> dict[str, object]:
    """One parked result whole, for programs."""
    noted = _noted(parked, parked.error, parked.time)
    return {**noted, "booking_id": parked.booking_id, "address": parked.address, **_message(parked)}


def _cells(*cells: str) -> tuple[str, ...]:
    return tuple(_in_a_line(cell[:LONGEST_CELL]) for cell in cells)


def _in_a_line(text: str) -> str:
    return printable(text).replace("\n", r"\n")


def _noted(kept: Kept, error: str, time: str) -> dict[str, object]:
    return {"id": kept.id, "reason": kept.reason, "error": error, "time": time}


def _message(kept: Kept) -> dict[str, object]:
    delivery = kept.delivery
    return {
        "correlation_id": delivery.correlation_id,
        "reply_to": delivery.reply_to,
        "type": delivery.type,
        "headers": {key: str(value) for key, value in delivery.headers.items()},
        "body": delivery.body.decode(errors="backslashreplace"),
    }
