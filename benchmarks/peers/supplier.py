"""Who the peers book with: as quick as the simulated suppliers of the saga, with a ledger if told so."""

import asyncio
import os
import time
import zlib
from pathlib import Path

LEGS = ("car", "hotel", "flight")
WAIT = 3.0  # seconds that a slow supplier takes; long enough to be killed in
_LEDGER = os.environ.get("PEERS_LEDGER")


class RefusedError(Exception):
    """The supplier's final no: another try would get the same answer."""


def book(booking: str, leg: str, item: str) -> str:
    """Book, and return the reference; an item that contains `slow` takes a while, `invalid` is refused."""
    _note(booking, leg, "begun")
    if "slow" in item:
        time.sleep(WAIT)
    return _answer(booking, leg, item)


async def book_async(booking: str, leg: str, item: str) -> str:
    """`book`, for who serves others meanwhile."""
    _note(booking, leg, "begun")
    if "slow" in item:
        await asyncio.sleep(WAIT)
    return _answer(booking, leg, item)


def undo(booking: str, leg: str, item: str) -> None:
    """Undo what was booked or perhaps booked; an item that contains `lasting` takes a while."""
    _note(booking, leg, "undo begun")
    if "lasting" in item:
        time.sleep(WAIT)
    _note(booking, leg, "undone")


async def undo_async(booking: str, leg: str, item: str) -> None:
    """`undo`, for who serves others meanwhile."""
    _note(booking, leg, "undo begun")
    if "lasting" in item:
        await asyncio.sleep(WAIT)
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
