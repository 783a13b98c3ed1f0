"""Messages and the answers to them, as the documents show them; a test sends each over real servers."""

import json
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

from publisher.asyncapi.schemas import Name
from voyage.trips import Trip
from voyage.trips.errors import DeclarationError
from voyage.trips.example import example_of
from voyage.trips.tutorial import BookingRequest


@dataclass(frozen=True, kw_only=True)
class Example:
    """One message that is sent, and the body of the answer to it; ids and references differ in real ones."""

    name: str
    summary: str
    message: Literal["request", "dead-letter", "cancel", "status"]
    sent: dict[str, Any]
    answer: dict[str, Any]

    @property
    def answered_by(self) -> Name:
        """The schema of the answer."""
        return "status-answer" if self.message == "status" else "result"

    def shown(self, payload: dict[str, Any]) -> dict[str, Any]:
        """One side of it as an AsyncAPI document shows it."""
        return {"name": self.name, "summary": self.summary, "payload": payload}


EXAMPLES = tuple(
    Example(**row) for row in json.loads(files(__package__).joinpath("examples.json").read_bytes())
)


def sent_as(message: str, trip: type[Trip]) -> list[dict[str, Any]]:
    """The examples of one message that a client sends; of another trip, one request if it can be made."""
    if trip is not BookingRequest:
        with suppress(DeclarationError):
            made = {"name": trip.__name__, "summary": "A trip to book", "payload": example_of(trip)}
            return [made] if message == "request" else []
        return []
    return [example.shown(example.sent) for example in EXAMPLES if example.message == message]


def answers_as(name: Name, trip: type[Trip]) -> list[dict[str, Any]]:
    """The examples of one message that a client gets; none of another trip than the tutorial's."""
    answers = (example for example in EXAMPLES if example.answered_by == name)
    return [example.shown(example.answer) for example in answers if trip is BookingRequest]
