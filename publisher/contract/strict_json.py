"""What the contract asks of JSON beyond the format itself, and what is wrong with a message, by field."""

from collections.abc import Iterator
from typing import Any, NoReturn

from pydantic import ValidationError

_SHOWN = 100  # characters of a key in an error


def each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs, for `json.loads`; raises `ValueError` for a key that is there twice."""
    value: dict[str, Any] = {}
    for key, item in pairs:
        if key in value:
            raise ValueError(f"the key {key[:_SHOWN]!r} is there more than once")
        value[key] = item
    return value


def no_constant(name: str) -> NoReturn:
    """Raise `ValueError` for NaN and infinities, which Python reads and JSON doesn't know."""
    raise ValueError(f"{name} is not a JSON value")


def problems(invalid: ValidationError) -> Iterator[str]:
    """What is wrong, field by field, in the order of the model."""
    for error in invalid.errors(include_url=False, include_input=False, include_context=False):
        yield f"{'.'.join(map(str, error['loc']))}: {error['msg'].removeprefix('Value error, ')}"
