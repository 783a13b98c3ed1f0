"""The contract kit takes plain methods, and finds a method that blocks the event loop."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel

from saga.errors import SupplierRefusedError
from saga.suppliers.contract_tests import SupplierContract
from saga.suppliers.selection import choose
from saga.suppliers.supplier import Supplier, SupplierCall


@dataclass
class PlainGarage:
    """Keeps to the contract with plain methods that block for a while."""

    pause: float = 0.01
    rented: dict[str, str] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)

    def book(self, call: SupplierCall) -> str:
        time.sleep(self.pause)
        if call.idempotency_key in self.undone or "truck" in call.item:
            raise SupplierRefusedError(f"We don't rent {call.item}")
        return self.rented.setdefault(call.idempotency_key, f"garage-{len(self.rented)}")

    def undo(self, call: SupplierCall) -> None:
        time.sleep(self.pause)
        self.undone.add(call.idempotency_key)


class AsyncGarage(PlainGarage):
    """The same, called asynchronously."""

    async def book(self, call: SupplierCall) -> str:  # type: ignore[override]  # Supplier takes both
        return PlainGarage.book(self, call)

    async def undo(self, call: SupplierCall) -> None:  # type: ignore[override]  # Supplier takes both
        PlainGarage.undo(self, call)


class TestPlainMethods(SupplierContract):
    item, refused_item = "a car", "a truck"

    @pytest.fixture
    def supplier(self) -> Supplier:
        return PlainGarage()


class Jeep(BaseModel):
    seats: int


class JeepsForMembers:
    """Takes a model as its item, and looks at the trip's other fields."""

    def __init__(self) -> None:
        self.rented: dict[str, str] = {}
        self.undone: set[str] = set()

    async def book(self, call: SupplierCall) -> str:
        member = call.details["loyalty_number"]
        if call.idempotency_key in self.undone or call.item.seats > 9:
            raise SupplierRefusedError(f"No jeep has {call.item.seats} seats, {member}")
        return self.rented.setdefault(call.idempotency_key, f"{member}-{len(self.rented)}")

    async def undo(self, call: SupplierCall) -> None:
        self.undone.add(call.idempotency_key)


class TestAnItemThatIsAModel(SupplierContract):
    leg = "jeep"
    item, refused_item = Jeep(seats=4), Jeep(seats=20)
    details: ClassVar = {"name": "Jane", "loyalty_number": "L-1"}

    @pytest.fixture
    def supplier(self) -> Supplier:
        return JeepsForMembers()


FREE = SupplierContract.test_an_async_method_does_not_block_the_event_loop


def test_an_async_method_that_blocks_is_found() -> None:
    with pytest.raises(AssertionError, match=r"blocked the event loop for .* plain methods"):
        FREE(SupplierContract(), AsyncGarage(pause=0.4))


def test_a_plain_method_may_block() -> None:
    FREE(SupplierContract(), PlainGarage(pause=0.4))


@pytest.mark.parametrize("reference", [12345, None, "", "x" * 201])
def test_what_is_no_reference_is_found(reference: Any) -> None:
    class Odd(AsyncGarage):
        async def book(self, _: SupplierCall) -> Any:  # type: ignore[override]  # Supplier takes both
            return reference

    with pytest.raises(AssertionError, match="1 to 200 printable characters"):
        SupplierContract().test_a_booking_has_a_reference(Odd())


async def test_a_plain_plugin_has_as_many_threads_as_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_CAR_SUPPLIER_PLUGIN", f"{__name__}:PlainGarage")
    monkeypatch.setenv("VOYAGE_CAR_SUPPLIER_THREADS", "1")
    monkeypatch.setenv("VOYAGE_CAR_SUPPLIER_POOL_TIMEOUT", "0.1")
    plugin: Any = choose("car")
    plugin.plugin.pause = 1.0
    call = SupplierCall(booking="b", leg="car", item="c", idempotency_key="b:car", attempt=1, attempts=3)
    answers = await asyncio.gather(plugin.book(call), plugin.book(call), return_exceptions=True)
    assert answers[0] == "garage-0"
    assert "all 1 threads are taken" in str(answers[1])
