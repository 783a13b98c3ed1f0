"""What the contract asks of JSON beyond the format itself."""

import json
from typing import Any, NoReturn

from voyage.runtime.exact_numbers import WrittenNumber, exact

_SHOWN = 100  # characters of a key in an error


class RepeatedKeyError(ValueError):
    """A key is there twice."""


def loads(text: str) -> Any:
    """JSON with each key once and no NaN, whose numbers a `Decimal` field gets exactly.

    Raises `ValueError`, or `RecursionError` for what is nested too deeply.
    """
    return json.loads(text, object_pairs_hook=_each_key_once, parse_constant=_no_constant, parse_float=exact)


def loads_to_change(text: str) -> Any:
    """JSON with each key once, whose numbers `dumps` writes as they were, NaN and infinities too.

    Raises as `loads` does.
    """
    return json.loads(
        text, object_pairs_hook=_each_key_once, parse_constant=WrittenNumber, parse_float=WrittenNumber
    )


def kind_of(value: Any) -> str:
    """What it is, for people."""
    return "float" if isinstance(value, float) else type(value).__name__


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, item in pairs:
        if key in value:
            raise RepeatedKeyError(f"the key {key[:_SHOWN]!r} is there more than once")
        value[key] = item
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")
