"""What is given to a call of the client by mistake, told at once and in its own words."""

from inspect import iscoroutinefunction
from typing import Any

MOST = 65_535  # what AMQP has room for


def count(name: str, value: Any) -> int:
    """A number from 1 to 65,535; raises `TypeError` or `ValueError`, which names it."""
    if type(value) is not int:
        raise TypeError(f"{name} takes a whole number, not {value!r}")
    if not 1 <= value <= MOST:
        raise ValueError(f"{name} takes 1 to {MOST}, not {value}")
    return value


def seconds(name: str, value: Any, *, may_be_zero: bool = False) -> float:
    """Seconds, infinity among them; raises `TypeError` or `ValueError`, which names it."""
    if type(value) not in (int, float):
        raise TypeError(f"{name} takes seconds, not {value!r}")
    if not (value >= 0 if may_be_zero else value > 0):
        raise ValueError(f"{name} takes {'0 or more' if may_be_zero else 'more than 0'} seconds, not {value}")
    return float(value)


def callback(given: Any, *, is_async: bool) -> None:
    """What can be called back; raises `TypeError` for what can't, as a coroutine function without a loop."""
    if not callable(given):
        raise TypeError(f"handle takes a function that is given each result, not {given!r}")
    if iscoroutinefunction(given) and not is_async:
        raise TypeError("handle of BlockingClient takes a plain function; Client takes a coroutine function")
