"""The peers' suppliers: as fast as Voyage's simulated suppliers. They write a ledger if told so."""

import asyncio
import os
import time
import zlib
from pathlib import Path

LEGS = ("car", "hotel", "flight")
SLOW = 3.0  # seconds, long enough to kill a service
_LEDGER = os.environ.get("PEERS_LEDGER")


class RefusedError(Exception):
    """The supplier refuses; another try gets the same answer."""


def book(booking: str, leg: str, item: str) -> str:
    """Book a leg, and return the reference; `slow` items take 3 seconds, `invalid` items are refused."""
    _note(booking, leg, "begun")
    time.sleep(SLOW if "slow" in item else 0)
    return _answer(booking, leg, item)


async def book_async(booking: str, leg: str, item: str) -> str:
    """`book`, without blocking."""
    _note(booking, leg, "begun")
    if "slow" in item:
        await asyncio.sleep(SLOW)
    return _answer(booking, leg, item)


def undo(booking: str, leg: str, item: str) -> None:
    """Undo a leg; `lasting` items take 3 seconds."""
    _note(booking, leg, "undo begun")
    time.sleep(SLOW if "lasting" in item else 0)
    _note(booking, leg, "undone")


async def undo_async(booking: str, leg: str, item: str) -> None:
    """`undo`, without blocking."""
    _note(booking, leg, "undo begun")
    if "lasting" in item:
        await asyncio.sleep(SLOW)
    _note(booking, leg, "undone")


def _answer(booking: str, leg: str, item: str) -> str:
    if "invalid" in item:
        _note(booking, leg, "refused")
        raise RefusedError(f"Invalid {leg} booking, rolling back!")
    _note(booking, leg, "booked")
    return f"{leg}-{zlib.crc32(f'{booking}:{leg}'.encode()):08x}"


def _note(booking: str, leg: str, what: str) -> None:
    if _LEDGER:
        with Path(_LEDGER).open("a") as ledger:
            ledger.write(f"{booking} {leg} {what}\n")
