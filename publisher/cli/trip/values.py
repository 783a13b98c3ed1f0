"""From what was typed for the parts of a trip to the JSON of a request."""

from collections.abc import Sequence
from typing import Any

from publisher.cli.trip.parts import KINDS, Part
from publisher.contract.strict_json import loads


def value_of(part: Part, typed: str | Sequence[str]) -> Any:
    """JSON if the part takes such, else the text itself, of which pydantic makes numbers, dates and so on."""
    if isinstance(typed, str):
        return _value(part, typed)
    whole = _read(typed[0]) if len(typed) == 1 else None
    return whole if isinstance(whole, list) else [loose_value(text) for text in typed]


def loose_value(text: str) -> Any:
    """What a text means where nothing is declared: itself, unless it is a JSON object or list."""
    read = _read(text)
    return read if isinstance(read, dict | list) else text


def _value(part: Part, text: str) -> Any:
    if not part.kinds:
        return loose_value(text)
    read = _read(text)
    kind = "number" if isinstance(read, float) else KINDS.get(type(read), "null")
    fits = kind in part.kinds or (kind == "integer" and "number" in part.kinds)
    may_be_text = "string" in part.kinds and (not part.choices or text in part.choices)
    return read if fits and (kind in {"object", "array"} or not may_be_text) else text


def why_no_json(text: str) -> str:
    """What is wrong with a text as JSON; empty if nothing is."""
    try:
        loads(text)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        return str(error)
    return ""


def _read(text: str) -> Any:
    """The JSON in a text; the text itself if it is none."""
    try:
        return loads(text)
    except (ValueError, RecursionError):
        return text
