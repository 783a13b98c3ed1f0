"""A supplier without a real one behind it, for demonstrations and tests."""

import asyncio
import zlib
from dataclasses import dataclass

from pydantic_core import to_jsonable_python

from saga.errors import SupplierRefusedError, SupplierUnavailableError
from saga.suppliers.supplier import SupplierCall


@dataclass(frozen=True)
class SimulatedSupplier:
    """Behaves as the item says, so that every way a booking can go can be seen.

    One that contains `invalid` is refused; `flaky` fails on every try but the last permitted; `down`
    always fails; `slow` takes `delay` seconds; anything else succeeds at once.
    """

    delay: float = 5.0

    async def book(self, call: SupplierCall) -> str:
        """Book as the item says; the reference follows from the idempotency key."""
        item = str(to_jsonable_python(call.item))
        if "slow" in item:
            await asyncio.sleep(self.delay)
        if "invalid" in item:
            raise SupplierRefusedError(f"Invalid {call.leg} booking, rolling back!")
        if "down" in item or ("flaky" in item and call.attempt < call.attempts):
            raise SupplierUnavailableError(f"{call.leg.capitalize()} service is down")
        return f"{call.leg}-{zlib.crc32(call.idempotency_key.encode()):08x}"

    async def undo(self, call: SupplierCall) -> None:
        """Nothing was really booked, so there is nothing to undo."""
