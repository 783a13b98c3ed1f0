"""The activities of a booking: `book_<leg>` and `undo_book_<leg>` for each row of the leg table."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from temporalio import activity

from saga.activities import supplier_calls
from saga.activities.heartbeat import heartbeating
from saga.activities.tries import count_tries
from saga.legs import LEGS, Leg
from saga.models import Booked, BookVacationInput
from saga.suppliers.plain_methods import AsyncSupplier, accept_plain_methods
from saga.suppliers.supplier import Supplier, SupplierCall


def booking_activities(
    suppliers: Mapping[str, Supplier], legs: Iterable[Leg] = LEGS
) -> list[Callable[..., Any]]:
    """The activities that a worker registers, two for each leg; `suppliers` is keyed by leg name.

    Beside them, the local one that counts the tries of a leg when its booking is stopped.
    """
    accepted = {name: accept_plain_methods(supplier) for name, supplier in suppliers.items()}
    return [*(make(leg, accepted[leg.name]) for leg in legs for make in (_book, _undo)), count_tries]


def _book(leg: Leg, supplier: AsyncSupplier) -> Callable[..., Any]:
    @activity.defn(name=leg.book)
    async def book(booking: BookVacationInput) -> Booked:
        call = _call(leg, booking, booking.attempts)
        async with heartbeating("waiting for the supplier"):
            reference = await supplier_calls.book(supplier, call, booking.policy.try_timeout)
        return Booked(reference, call.attempt)

    return book


def _undo(leg: Leg, supplier: AsyncSupplier) -> Callable[..., Any]:
    @activity.defn(name=leg.undo)
    async def undo(booking: BookVacationInput) -> None:
        call = _call(leg, booking, booking.policy.undo_attempts)
        async with heartbeating("waiting for the supplier"):
            await supplier_calls.undo(supplier, call, booking.policy.try_timeout)

    return undo


def _call(leg: Leg, booking: BookVacationInput, attempts: int) -> SupplierCall:
    info = activity.info()
    workflow_id = info.workflow_id or ""  # never empty: only workflows run these activities
    return SupplierCall(
        booking=workflow_id,
        leg=leg.name,
        item=leg.item(booking),
        idempotency_key=f"{workflow_id}:{leg.name}",
        attempt=info.attempt,
        attempts=attempts,
    )
