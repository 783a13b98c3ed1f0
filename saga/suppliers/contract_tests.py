"""What every supplier must hold to, as tests that the author of one runs against it: `pytest` and a subclass.

    class TestMySupplier(SupplierContract):
        item, refused_item = "seat 1A", "seat 13X"

        @pytest.fixture
        def supplier(self):
            return MySupplier()

An item is what the supplier is given: the value that the trip declares for the leg, with the trip's other
fields in `details` if the supplier looks at them:

    class TestJeeps(SupplierContract):
        leg = "jeep"
        item, refused_item = Jeep(seats=4), Jeep(seats=20)
        details = {"loyalty_number": "L-1"}

The tests run their own event loop and need no plugin of pytest.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from time import monotonic
from typing import Any, ClassVar, TypeVar
from uuid import uuid4

from saga.errors import SupplierRefusedError
from saga.suppliers.plain_methods import AsyncSupplier, accept_plain_methods
from saga.suppliers.reference import RULE, reference_in
from saga.suppliers.supplier import Supplier, SupplierCall
from voyage.trips.tutorial import BookingRequest

T = TypeVar("T")

_BLOCKED = 0.25
"""Seconds for which an async method may keep the event loop from going on."""


class SupplierContract:
    """Subclass it, name your items, and give it a fixture `supplier`."""

    leg: ClassVar[str] = next(iter(BookingRequest.declared_legs))
    item: ClassVar[Any] = "an-item"
    """Something that can be booked again and again, of whatever type the leg has."""
    refused_item: ClassVar[Any] = "an-invalid-item"
    """Something that your supplier refuses for good."""
    details: ClassVar[Mapping[str, Any]] = {}
    """The trip's fields that are no legs, if your supplier looks at them."""

    def test_a_booking_has_a_reference(self, supplier: Supplier) -> None:
        """The reference is what a person would name to the supplier."""
        reference = _do(supplier, lambda ours: ours.book(self._call()))
        assert reference_in(reference), f"book() must return the supplier's reference: {RULE}"

    def test_the_same_key_books_once(self, supplier: Supplier) -> None:
        """A try whose answer was lost is made again."""
        call = self._call()

        async def twice(ours: AsyncSupplier) -> tuple[str, str]:
            return await ours.book(call), await ours.book(replace(call, attempt=2))

        first, second = _do(supplier, twice)
        assert first == second, "the same idempotency key must give the same booking"

    def test_another_key_is_another_booking(self, supplier: Supplier) -> None:
        """Two travellers may want the same item."""

        async def both(ours: AsyncSupplier) -> tuple[str, str]:
            return await ours.book(self._call()), await ours.book(self._call())

        first, second = _do(supplier, both)
        assert first != second, "two idempotency keys must give two bookings"

    def test_a_refusal_is_final(self, supplier: Supplier) -> None:
        """A refusal must be told from an outage, or it is tried again in vain."""
        try:
            _do(supplier, lambda ours: ours.book(replace(self._call(), item=self.refused_item)))
        except SupplierRefusedError as refusal:
            assert str(refusal), "the refusal's text reaches the client"
        else:
            raise AssertionError("book() must raise SupplierRefusedError for refused_item")

    def test_an_undo_may_come_twice(self, supplier: Supplier) -> None:
        """An undo whose answer was lost is made again."""
        call = self._call()

        async def book_and_undo_twice(ours: AsyncSupplier) -> None:
            await ours.book(call)
            await ours.undo(call)
            await ours.undo(call)

        _do(supplier, book_and_undo_twice)

    def test_an_undo_of_what_was_never_booked_is_fine(self, supplier: Supplier) -> None:
        """The saga undoes whatever may have been booked."""
        _do(supplier, lambda ours: ours.undo(self._call()))

    def test_a_booking_that_comes_after_its_undo_books_nothing(self, supplier: Supplier) -> None:
        """A call that was on its way when its worker died may arrive late."""
        call = self._call()

        async def late(ours: AsyncSupplier) -> None:
            await ours.undo(call)
            await ours.book(call)

        try:
            _do(supplier, late)
        except SupplierRefusedError:
            return
        raise AssertionError("book() must refuse a key that was undone")

    def test_an_async_method_does_not_block_the_event_loop(self, supplier: Supplier) -> None:
        """Every other booking of its worker would wait; a plain method has a thread, and may block."""
        call = self._call()

        async def longest_wait(ours: AsyncSupplier) -> float:
            calling = asyncio.create_task(_book_and_undo(ours, call))
            longest, before = 0.0, monotonic()
            while not calling.done():
                await asyncio.sleep(0.01)
                longest, before = max(longest, monotonic() - before), monotonic()
            await calling
            return longest

        blocked = _do(supplier, longest_wait)
        assert blocked < _BLOCKED, (
            f"book() or undo() blocked the event loop for {blocked:.2f} s: await what takes time, "
            "or make them plain methods (def, without async), which run in threads"
        )

    def _call(self) -> SupplierCall:
        booking = f"contract-{uuid4().hex}"
        key = f"{booking}:{self.leg}"
        return SupplierCall(
            booking=booking,
            leg=self.leg,
            item=self.item,
            details=self.details,
            idempotency_key=key,
            attempt=1,
            attempts=3,
        )


async def _book_and_undo(supplier: AsyncSupplier, call: SupplierCall) -> None:
    await supplier.book(call)
    await supplier.undo(call)


def _do(supplier: Supplier, work: Callable[[AsyncSupplier], Awaitable[T]]) -> T:
    async def within() -> T:
        async with AsyncExitStack() as opened:
            ours = accept_plain_methods(supplier)
            if isinstance(ours, AbstractAsyncContextManager):
                await opened.enter_async_context(ours)
            return await work(ours)

    return asyncio.run(within())
