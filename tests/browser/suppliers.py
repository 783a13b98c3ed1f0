"""A supplier that can't undo what is called stubborn, until it is told that it may."""

import os
from pathlib import Path

from saga.errors import SupplierRefusedError
from saga.suppliers.simulated import SimulatedSupplier
from saga.suppliers.supplier import SupplierCall

MAY_UNDO = "MAY_UNDO_FILE"


class Stubborn(SimulatedSupplier):
    """Books all, and undoes what it may."""

    async def undo(self, call: SupplierCall) -> None:
        if "stubborn" in str(call.item) and not Path(os.environ[MAY_UNDO]).exists():  # noqa: ASYNC240 -- a short look
            raise SupplierRefusedError("The month is closed")
