"""Places in the JSON of a request, as people name them: `jeep`, `jeep.seats`, `guests.0.name`."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from voyage.runtime.wording import in_our_words

Json = dict[str, Any]


INDEX = re.compile(r"0|[1-9][0-9]{0,5}")
"""How an item of a list is named; the first is 0."""


class NoPlaceError(LookupError):
    """There is no such place. The text is the place."""


def with_changes(body: Json, changes: Mapping[str, Any]) -> Json:
    """A copy of the body with another value at each of these places; objects that are absent are made.

    Raises `NoPlaceError` for an item that a list doesn't have, and for what would be in a text or a number.
    """
    for place, value in changes.items():
        try:
            body = _with(body, place.split("."), value)
        except NoPlaceError:
            raise NoPlaceError(place) from None
    return body


def _with(inside: Any, steps: Sequence[str], value: Any) -> Any:
    if not steps:
        return value
    step, *rest = steps
    is_index = INDEX.fullmatch(step)
    if isinstance(inside, list) and is_index and int(step) < len(inside):
        return [_with(item, rest, value) if n == int(step) else item for n, item in enumerate(inside)]
    if isinstance(inside, dict) or (inside is None and not is_index):
        known = inside or {}
        return {**known, step: _with(known.get(step), rest, value)}
    raise NoPlaceError


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
