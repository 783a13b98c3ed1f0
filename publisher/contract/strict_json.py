"""What the contract asks of JSON beyond the format itself."""

from typing import Any, NoReturn

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
