"""What every supplier must hold to, as tests that the author of one runs against it: `pytest` and a subclass.

    class TestMySupplier(SupplierContract):
        item, refused_item = "seat 1A", "seat 13X"

        @pytest.fixture
        def supplier(self):
            return MySupplier()

The tests run their own event loop and need no plugin of pytest.
"""

import asyncio
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from typing import ClassVar, TypeVar
from uuid import uuid4

from saga.errors import SupplierRefusedError
from saga.suppliers.supplier import Supplier, SupplierCall

T = TypeVar("T")


class SupplierContract:
    """Subclass it, name your items, and give it a fixture `supplier`."""

    leg: ClassVar[str] = "car"
    item: ClassVar[str] = "an-item"
    """Something that can be booked again and again."""
    refused_item: ClassVar[str] = "an-invalid-item"
    """Something that your supplier refuses for good."""

    def test_a_booking_has_a_reference(self, supplier: Supplier) -> None:
        """The reference is what a person would name to the supplier."""
        reference = _do(supplier, supplier.book(self._call()))
        assert reference, "book() must return the supplier's reference"

    def test_the_same_key_books_once(self, supplier: Supplier) -> None:
        """A try whose answer was lost is made again."""
        call = self._call()

        async def twice() -> tuple[str, str]:
            return await supplier.book(call), await supplier.book(replace(call, attempt=2))

        first, second = _do(supplier, twice())
        assert first == second, "the same idempotency key must give the same booking"

    def test_another_key_is_another_booking(self, supplier: Supplier) -> None:
        """Two travellers may want the same item."""

        async def both() -> tuple[str, str]:
            return await supplier.book(self._call()), await supplier.book(self._call())

        first, second = _do(supplier, both())
        assert first != second, "two idempotency keys must give two bookings"

    def test_a_refusal_is_final(self, supplier: Supplier) -> None:
        """A refusal must be told from an outage, or it is tried again in vain."""
        try:
            _do(supplier, supplier.book(replace(self._call(), item=self.refused_item)))
        except SupplierRefusedError as refusal:
            assert str(refusal), "the refusal's text reaches the client"
        else:
            raise AssertionError("book() must raise SupplierRefusedError for refused_item")

    def test_an_undo_may_come_twice(self, supplier: Supplier) -> None:
        """An undo whose answer was lost is made again."""
        call = self._call()

        async def book_and_undo_twice() -> None:
            await supplier.book(call)
            await supplier.undo(call)
            await supplier.undo(call)

        _do(supplier, book_and_undo_twice())

    def test_an_undo_of_what_was_never_booked_is_fine(self, supplier: Supplier) -> None:
        """The saga undoes whatever may have been booked."""
        _do(supplier, supplier.undo(self._call()))

    def test_a_booking_that_comes_after_its_undo_books_nothing(self, supplier: Supplier) -> None:
        """A call that was on its way when its worker died may arrive late."""
        call = self._call()

        async def late() -> None:
            await supplier.undo(call)
            await supplier.book(call)

        try:
            _do(supplier, late())
        except SupplierRefusedError:
            return
        raise AssertionError("book() must refuse a key that was undone")

    def _call(self) -> SupplierCall:
        booking = f"contract-{uuid4().hex}"
        key = f"{booking}:{self.leg}"
        return SupplierCall(
            booking=booking, leg=self.leg, item=self.item, idempotency_key=key, attempt=1, attempts=3
        )


def _do(supplier: Supplier, work: Awaitable[T]) -> T:
    async def within() -> T:
        opened = supplier if isinstance(supplier, AbstractAsyncContextManager) else nullcontext()
        async with opened:
            return await work

    return asyncio.run(within())
