"""Numbers of JSON that a float can't hold: as floats that still know how they were written."""

import json
from collections.abc import Container
from decimal import Decimal
from typing import Any, Self


class WrittenNumber(float):
    """A float with the text that it was read from. Pydantic makes a `Decimal` of that text."""

    text: str

    def __new__(cls, text: str) -> Self:
        """The float nearest to this text of a number."""
        made = super().__new__(cls, text)
        made.text = str(text)
        return made

    def __str__(self) -> str:
        """The text."""
        return self.text


def exact(text: str) -> float:
    """A plain float, if that is the very number; for `json.loads`."""
    number = float(text)
    try:
        is_the_same = Decimal(text) == Decimal(repr(number))
    except ArithmeticError:  # an exponent that no Decimal takes
        is_the_same = False
    return number if is_the_same else WrittenNumber(_without_last_zeros(text))


def _without_last_zeros(text: str) -> str:
    """So that an amount is the same booking, however many zeros end it."""
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}" if fraction.isdecimal() else text


def dumps(value: Any, as_texts: Container[int] = ()) -> str:
    """JSON with each number as it was written; in quotes, if its `id()` is among `as_texts`.

    Raises `RecursionError` for what is nested too deeply.
    """
    if isinstance(value, WrittenNumber):
        return json.dumps(value.text) if id(value) in as_texts else value.text
    if isinstance(value, dict):
        parts = (f"{json.dumps(key)}: {dumps(part, as_texts)}" for key, part in value.items())
        return f"{{{', '.join(parts)}}}"
    if isinstance(value, list):
        return f"[{', '.join(dumps(part, as_texts) for part in value)}]"
    return json.dumps(value)
