"""Files of booking requests: JSON Lines, checked as a whole before anything is sent."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from publisher.models import BookingRequest


@dataclass(frozen=True)
class Mistake:
    """A line that is not a booking request, counted from 1, and why."""

    line: int
    text: str


def read_requests(file: Path) -> tuple[list[BookingRequest], list[Mistake]]:
    """The requests in a file, and the lines that are none; blank lines are skipped."""
    requests: list[BookingRequest] = []
    mistakes: list[Mistake] = []
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            requests.append(BookingRequest.model_validate_json(line))
        except ValidationError as invalid:
            first = invalid.errors()[0]
            where = ".".join(map(str, first["loc"]))
            mistakes.append(Mistake(number, f"{where}: {first['msg']}" if where else first["msg"]))
    return requests, mistakes
