"""The activities of a booking: `book_<leg>` and `undo_book_<leg>` for each row of the leg table."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from saga.activities.heartbeat import heartbeating
from saga.errors import REFUSED, UNAVAILABLE, SupplierRefusedError, SupplierUnavailableError
from saga.legs import LEGS, Leg
from saga.models import Booked, BookVacationInput
from saga.suppliers.supplier import Supplier, SupplierCall

T = TypeVar("T")


def booking_activities(
    suppliers: Mapping[str, Supplier], legs: Iterable[Leg] = LEGS
) -> list[Callable[..., Any]]:
    """The activities that a worker registers, two for each leg; `suppliers` is keyed by leg name."""
    return [make(leg, suppliers[leg.name]) for leg in legs for make in (_book, _undo)]


def _book(leg: Leg, supplier: Supplier) -> Callable[..., Any]:
    @activity.defn(name=leg.book)
    async def book(booking: BookVacationInput) -> Booked:
        call = _call(leg, booking, booking.attempts)
        async with heartbeating("waiting for the supplier"):
            with _as_application_errors(call):
                reference = await _shielded(supplier.book(call), booking.policy.try_timeout)
        return Booked(reference, call.attempt)

    return book


def _undo(leg: Leg, supplier: Supplier) -> Callable[..., Any]:
    @activity.defn(name=leg.undo)
    async def undo(booking: BookVacationInput) -> None:
        call = _call(leg, booking, booking.policy.undo_attempts)
        async with heartbeating("waiting for the supplier"):
            with _as_application_errors(call):
                await _shielded(supplier.undo(call), booking.policy.try_timeout)

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


@contextmanager
def _as_application_errors(call: SupplierCall) -> Iterator[None]:
    """Tell Temporal whether and when to try again; the supplier's words go into the heartbeat."""
    try:
        yield
    except SupplierRefusedError as refusal:
        benign = ApplicationErrorCategory.BENIGN
        raise ApplicationError(
            str(refusal), call.attempt, type=REFUSED, non_retryable=True, category=benign
        ) from refusal
    except Exception as failure:
        activity.heartbeat(f"try {call.attempt} of {call.attempts} failed: {failure}")
        if isinstance(failure, SupplierUnavailableError) and failure.retry_after is not None:
            delay = timedelta(seconds=failure.retry_after)
            raise ApplicationError(str(failure), type=UNAVAILABLE, next_retry_delay=delay) from failure
        raise


async def _shielded(call: Coroutine[Any, Any, T], limit: float) -> T:
    """Run a supplier call to its end, even if the activity is cancelled meanwhile, for `limit` seconds.

    A call cut off half-way may still book at the supplier after its undo has run.
    """
    task = asyncio.ensure_future(asyncio.wait_for(call, limit))
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            continue
    try:
        return task.result()
    except TimeoutError as silence:
        raise SupplierUnavailableError(f"No answer within {limit:g} s") from silence
