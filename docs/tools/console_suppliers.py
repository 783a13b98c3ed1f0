"""Suppliers for the pictures of the console: they refuse, fail and keep what a picture needs."""

import asyncio

from saga.errors import SupplierRefusedError, SupplierUnavailableError
from saga.suppliers.simulated import SimulatedSupplier
from saga.suppliers.supplier import SupplierCall

FULL, BUSY, KEPT = "sea-view-hotel", "night-flight", "vintage-car"


class PictureSupplier(SimulatedSupplier):
    """Refuses a full hotel, fails for a busy flight, and takes one car back from nobody."""

    async def book(self, call: SupplierCall) -> str:
        """Book, slowly enough to be seen."""
        await asyncio.sleep(0.2)
        if call.item == FULL:
            raise SupplierRefusedError("No room is free in that week")
        if call.item == BUSY:
            raise SupplierUnavailableError("The airline answers 503 Service Unavailable")
        return await super().book(call)

    async def undo(self, call: SupplierCall) -> None:
        """Undo, if it may be."""
        if call.item == KEPT:
            raise SupplierRefusedError("The month is closed: call the office")
        await super().undo(call)
