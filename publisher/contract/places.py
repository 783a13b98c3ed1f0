"""Places in the JSON of a request, as people name them: `jeep`, `jeep.seats`, `guests.0.name`."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from voyage.runtime.wording import in_our_words

Json = dict[str, Any]


def with_changes(body: Json, changes: Mapping[str, Any]) -> Json:
    """A copy of the body with another value at each of these places; objects on the way are made."""
    for place, value in changes.items():
        body = _with(body, place.split("."), value)
    return body


def _with(inside: Any, steps: Sequence[str], value: Any) -> Any:
    if not steps:
        return value
    step, *rest = steps
    if isinstance(inside, list) and step.isdecimal() and int(step) < len(inside):
        return [_with(item, rest, value) if n == int(step) else item for n, item in enumerate(inside)]
    known = inside if isinstance(inside, dict) else {}
    return {**known, step: _with(known.get(step), rest, value)}


def mistakes(invalid: ValidationError, given: Any) -> list[tuple[str, str]]:
    """What is wrong with what was given: the place and a text for each mistake, in the order of the model."""
    found = invalid.errors(include_url=False, include_input=False, include_context=False)
    return [(_place(error["loc"], error["type"], given), in_our_words(error["msg"])) for error in found]


def _place(loc: Sequence[int | str], kind: str, given: Any) -> str:
    """Where in what was given: pydantic also names the types that it tried, which nobody has written."""
    place: list[str] = []
    for number, step in enumerate(loc):
        is_there = (isinstance(given, dict) and step in given) or (
            isinstance(given, list) and isinstance(step, int) and step < len(given)
        )
        if is_there:
            given = given[step]
        if is_there or (kind == "missing" and number == len(loc) - 1):
            place.append(str(step))
    return ".".join(place)


def problems(invalid: ValidationError, given: Any) -> list[str]:
    """The same, each as one text."""
    return [f"{place}: {text}" if place else text for place, text in mistakes(invalid, given)]
