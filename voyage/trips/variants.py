"""A value of a trip's JSON with one of its texts replaced."""

from collections.abc import Callable, Iterator
from typing import Any


def variants(value: Any, name: str, text: Callable[[str], str]) -> Iterator[Any]:
    """The value, each time with another of its texts replaced; `text` makes one for the name it is under."""
    if isinstance(value, str):
        yield text(name)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from ({**value, key: other} for other in variants(part, key, text))
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from ([*value[:at], other, *value[at + 1 :]] for other in variants(part, name, text))
