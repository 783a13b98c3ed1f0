"""The requests of a JSON Lines file, by the rules of the wire, or everything that is wrong with its lines."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from publisher.contract.places import problems
from publisher.contract.strict_json import kind_of, loads
from voyage.trips import Trip
from voyage.trips.reading import read_model


@dataclass(frozen=True)
class RequestLine:
    """A line that is a booking request, counted from 1."""

    number: int
    request: Trip


@dataclass(frozen=True)
class InvalidLine:
    """A line that is not a booking request, counted from 1, and everything that is wrong with it."""

    number: int
    text: str


def read_requests(content: bytes, trip: type[Trip]) -> tuple[list[RequestLine], list[InvalidLine]]:
    """The requests for such a trip in a file, and the lines that are none; blank lines are skipped."""
    requests: list[RequestLine] = []
    mistakes: list[InvalidLine] = []
    for number, line in _lines(content):
        try:
            requests.append(RequestLine(number, _parse(line, trip)))
        except _InvalidError as invalid:
            mistakes.append(InvalidLine(number, str(invalid)))
    return requests, mistakes + list(_conflicts(requests))


def hint(content: bytes) -> str:
    """What the file is instead of JSON Lines, and how it becomes that; empty, if that isn't seen."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "The file is UTF-16; save it as UTF-8."
    try:
        text = content.decode("utf-8-sig").strip()
        first, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return ""
    if isinstance(first, list):
        return "The file is a JSON array; make it one object a line: jq -c '.[]' FILE"
    if "\n" in text[:end].strip():
        return "The file is pretty-printed JSON; make it one object a line: jq -c . FILE"
    return ""


class _InvalidError(Exception):
    """Everything that is wrong with one line."""


def _lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(content.splitlines(), start=1):
        if line.removeprefix(b"\xef\xbb\xbf").strip():
            yield number, line


def _parse(line: bytes, trip: type[Trip]) -> Trip:
    try:
        value = loads(line.decode("utf-8-sig"))
    except RecursionError:
        raise _InvalidError("not JSON: nested too deeply") from None
    except ValueError as error:
        raise _InvalidError(f"not JSON in UTF-8: {error}") from None
    if not isinstance(value, dict):
        raise _InvalidError(f"takes a JSON object, not {kind_of(value)}")
    try:
        return read_model(trip, value)
    except ValidationError as invalid:
        raise _InvalidError("; ".join(problems(invalid, value))) from None


def _conflicts(lines: list[RequestLine]) -> Iterator[InvalidLine]:
    """Lines that give an earlier line's booking id to another trip."""
    first: dict[str, RequestLine] = {}
    for line in lines:
        if line.request.booking_id is None:
            continue
        before = first.setdefault(line.request.booking_id, line)
        if before.request != line.request:
            text = f"booking_id: line {before.number} has it too, with other fields; one booking has one id"
            yield InvalidLine(line.number, text)
