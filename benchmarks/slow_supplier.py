"""A supplier that takes its time: a plug-in for the worker, for runs with many bookings in flight."""

import asyncio
import os

from saga.suppliers.simulated import SimulatedSupplier
from saga.suppliers.supplier import SupplierCall

SECONDS = "BENCH_SUPPLIER_SECONDS"


class SlowSupplier(SimulatedSupplier):
    """Books after the seconds that the environment says."""

    async def book(self, call: SupplierCall) -> str:
        """Wait, then book."""
        await asyncio.sleep(float(os.environ[SECONDS]))
        return await super().book(call)
