"""What the contract asks of JSON beyond the format itself."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from voyage.runtime.exact_numbers import WrittenNumber, exact

_TOO_LONG = re.compile(r"Exceeds the limit \((\d+) digits\) for integer string conversion")
_SHOWN = 100  # characters of a key in an error


class RepeatedKeyError(ValueError):
    """A key is there twice."""


def loads(text: str) -> Any:
    """JSON with each key once and no NaN, whose numbers a `Decimal` field gets exactly.

    Raises `ValueError`, or `RecursionError` for what is nested too deeply.
    """
    with _in_our_words():
        return json.loads(
            text, object_pairs_hook=_each_key_once, parse_constant=_no_constant, parse_float=exact
        )


def loads_to_change(text: str) -> Any:
    """JSON with each key once, whose numbers `dumps` writes as they were, NaN and infinities too.

    Raises as `loads` does.
    """
    with _in_our_words():
        return json.loads(
            text, object_pairs_hook=_each_key_once, parse_constant=WrittenNumber, parse_float=WrittenNumber
        )


def kind_of(value: Any) -> str:
    """What it is, for people."""
    return "float" if isinstance(value, float) else type(value).__name__


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Say of a number that Python won't read what is wrong with it, not which function would let it."""
    try:
        yield
    except ValueError as error:
        if found := _TOO_LONG.match(str(error)):
            raise ValueError(f"a whole number has more than {found[1]} digits") from None
        raise


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, item in pairs:
        if key in value:
            raise RepeatedKeyError(f"the key {key[:_SHOWN]!r} is there more than once")
        value[key] = item
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")
