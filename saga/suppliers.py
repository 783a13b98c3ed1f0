"""The seam to those who rent cars, hotel rooms and seats, and the simulated ones behind it."""

import asyncio
import zlib
from dataclasses import dataclass
from typing import Protocol

from saga.errors import SupplierRefusedError, SupplierUnavailableError


@dataclass(frozen=True, kw_only=True)
class SupplierCall:
    """One call to a supplier.

    `booking` is the booking's workflow id. `idempotency_key` is the same for every try of a leg and for its
    undo (workflow id + leg), so that a supplier can tell a repeat from a new booking. `attempt` counts from 1
    up to `attempts`.
    """

    booking: str
    leg: str
    item: str
    idempotency_key: str
    attempt: int
    attempts: int


class Supplier(Protocol):
    """What the saga asks of a supplier. Both calls must be safe to repeat with the same key."""

    async def book(self, call: SupplierCall) -> str:
        """Book, and return the supplier's reference.

        Raises `SupplierRefusedError` for a final no; any other exception counts as a failed try, after which
        the leg may be booked or not. `SupplierUnavailableError` may say when to try again.
        """
        ...

    async def undo(self, call: SupplierCall) -> None:
        """Undo what `call.idempotency_key` booked; a key that never booked is fine.

        A booking with this key that arrives later must book nothing. Raises as `book` does.
        """
        ...


@dataclass(frozen=True)
class SimulatedSupplier:
    """Behaves as the id of the item says, so that every way a booking can go can be seen.

    An id that contains `invalid` is refused; `flaky` fails on every try but the last permitted; `down`
    always fails; `slow` takes `delay` seconds; anything else succeeds at once.
    """

    delay: float = 5.0

    async def book(self, call: SupplierCall) -> str:
        """Book as the item's id says; the reference follows from the idempotency key."""
        if "slow" in call.item:
            await asyncio.sleep(self.delay)
        if "invalid" in call.item:
            raise SupplierRefusedError(f"Invalid {call.leg} booking, rolling back!")
        if "down" in call.item or ("flaky" in call.item and call.attempt < call.attempts):
            raise SupplierUnavailableError(f"{call.leg.capitalize()} service is down")
        return f"{call.leg}-{zlib.crc32(call.idempotency_key.encode()):08x}"

    async def undo(self, call: SupplierCall) -> None:
        """Nothing was really booked, so there is nothing to undo."""
