"""A supplier that is slow: a plug-in for the worker, for many bookings in flight."""

import asyncio
import os

from saga.suppliers.simulated import SimulatedSupplier
from saga.suppliers.supplier import SupplierCall


class SlowSupplier(SimulatedSupplier):
    """Books after the number of seconds in `BENCH_SUPPLIER_SECONDS`."""

    async def book(self, call: SupplierCall) -> str:
        """Wait, then book."""
        await asyncio.sleep(float(os.environ["BENCH_SUPPLIER_SECONDS"]))
        return await super().book(call)
