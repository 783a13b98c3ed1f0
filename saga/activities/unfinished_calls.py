"""Calls to suppliers that outlast a first try: the next try in this worker waits for the same call."""

import asyncio
import math
from enum import StrEnum
from typing import Any

from saga.suppliers.supplier import SupplierCall


class Unfinished(StrEnum):
    """What a first try returns, instead of an answer."""

    GOES_ON = "goes on"
    """The supplier was asked, and has not answered yet."""
    NOT_BEGUN = "not begun"
    """The supplier was not asked, as its last answer took longer than there is time."""


_waiting: dict[tuple[str, str], asyncio.Task[Any]] = {}
_last_took: dict[tuple[str, str], float] = {}


def leave(operation: str, call: SupplierCall, calling: asyncio.Task[Any], seconds: float) -> None:
    """Keep a running call for whoever takes it up within so many seconds; else it is cut off."""
    place = (operation, call.idempotency_key)
    _waiting[place] = calling
    _last_took[operation, call.leg] = math.inf

    def give_up() -> None:
        if _waiting.get(place) is calling:
            del _waiting[place]
            calling.cancel()

    asyncio.get_running_loop().call_later(seconds, give_up)


def take_up(operation: str, call: SupplierCall) -> asyncio.Task[Any] | None:
    """The call that an earlier first try has left here, if one has."""
    return _waiting.pop((operation, call.idempotency_key), None)


def took(operation: str, call: SupplierCall, seconds: float) -> None:
    """Note how long a call took, whatever came of it."""
    _last_took[operation, call.leg] = seconds


def forget() -> None:
    """Know nothing of earlier calls, as a new process."""
    _waiting.clear()
    _last_took.clear()


def is_slow(operation: str, call: SupplierCall, seconds: float) -> bool:
    """Whether the last call of this kind took longer."""
    return _last_took.get((operation, call.leg), 0.0) > seconds
