"""A supplier for tests: writes down every call, and does what it was told to."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

from saga.errors import SupplierRefusedError
from saga.suppliers.simulated import SimulatedSupplier
from saga.suppliers.supplier import SupplierCall

Behaviour = Callable[[SupplierCall], Awaitable[None]]


@dataclass
class RecordingSupplier:
    """The simulated supplier, with a list of calls and behaviours for single legs and undos."""

    calls: list[str] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    on: dict[str, Behaviour] = field(default_factory=dict)
    started: dict[str, asyncio.Event] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    """What `book` returns, by leg, instead of a reference."""

    async def book(self, call: SupplierCall) -> str:
        await self._called(f"book {call.leg}", call)
        reference = await SimulatedSupplier(delay=0.5).book(call)
        return cast("str", self.answers.get(call.leg, reference))

    async def undo(self, call: SupplierCall) -> None:
        await self._called(f"undo {call.leg}", call)

    def begun(self, name: str) -> asyncio.Event:
        return self.started.setdefault(name, asyncio.Event())

    def hold(self, name: str) -> asyncio.Event:
        """Let calls of this name wait until the event is set."""
        go_on = asyncio.Event()

        async def wait(_: SupplierCall) -> None:
            await go_on.wait()

        self.on[name] = wait
        return go_on

    async def _called(self, name: str, call: SupplierCall) -> None:
        self.calls.append(name)
        self.keys.add(call.idempotency_key)
        self.begun(name).set()
        if name in self.on:
            await self.on[name](call)


class NeverUndone(SimulatedSupplier):
    """Books, and refuses every undo."""

    async def undo(self, call: SupplierCall) -> None:
        raise SupplierRefusedError(f"{call.leg}: no way back")


class Defective(SimulatedSupplier):
    """Raises what no supplier should."""

    async def book(self, call: SupplierCall) -> str:
        raise KeyError(f"a defect of its code, {call.leg}")


class NeverAnswers(SimulatedSupplier):
    """Takes calls, and does not come back from them."""

    async def book(self, call: SupplierCall) -> str:
        await asyncio.Event().wait()
        return call.leg
