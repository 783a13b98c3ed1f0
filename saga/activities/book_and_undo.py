"""The activities of a booking: `book_<leg>` and `undo_book_<leg>` for each leg of the trip."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from temporalio import activity

from saga.activities import supplier_calls
from saga.activities.heartbeat import heartbeating
from saga.activities.tries import count_tries
from saga.activities.unfinished_calls import Unfinished
from saga.activities.unserved import unserved
from saga.legs import Leg, book_activity, idempotency_key, leg_of, undo_activity
from saga.models import AnyBooking, Booked, BookingInput
from saga.suppliers.plain_methods import accept_plain_methods
from saga.suppliers.supplier import Supplier, SupplierCall
from voyage.trips import Trip
from voyage.trips.booking_ids import name_for_suppliers, split
from voyage.trips.reading import FieldReader
from voyage.trips.tutorial import BookingRequest


def booking_activities(
    suppliers: Mapping[str, Supplier], trip: type[Trip] = BookingRequest
) -> list[Callable[..., Any]]:
    """The activities that a worker registers, two for each leg of its trip; `suppliers` is keyed by leg name.

    Beside them, the local one that counts the tries of a leg when its booking is stopped, and the one for
    whatever this worker lacks.
    """
    reader = FieldReader(trip)
    legs = [_LegActivities(name, suppliers[name], reader) for name in trip.declared_legs]
    return [*(made for leg in legs for made in (leg.booking(), leg.undoing())), count_tries, unserved]


SPARE_TIME = timedelta(seconds=1)
"""How much more time Temporal gives a first try than it takes itself, unless its loop is blocked."""


class _LegActivities:
    """The two activities of one leg."""

    def __init__(self, name: str, supplier: Supplier, reader: FieldReader) -> None:
        self._name = name
        self._supplier = accept_plain_methods(supplier)
        self._reader = reader

    def booking(self) -> Callable[..., Any]:
        """The one that books."""

        @activity.defn(name=book_activity(self._name))
        async def book(booking: AnyBooking) -> Booked | Unfinished:
            leg = leg_of(booking, self._name)
            call = self._call(leg, booking, leg.attempts)
            async with heartbeating("waiting for the supplier"):
                reference = await supplier_calls.book(
                    self._supplier, call, leg.policy.try_timeout, _time_of_a_first_try()
                )
            if isinstance(reference, Unfinished):
                return reference
            return Booked(reference, activity.info().attempt)

        return book

    def undoing(self) -> Callable[..., Any]:
        """The one that undoes."""

        @activity.defn(name=undo_activity(self._name))
        async def undo(booking: AnyBooking) -> Unfinished | None:
            leg = leg_of(booking, self._name)
            call = self._call(leg, booking, leg.policy.undo_attempts)
            async with heartbeating("waiting for the supplier"):
                return await supplier_calls.undo(
                    self._supplier, call, leg.policy.try_timeout, _time_of_a_first_try()
                )

        return undo

    def _call(self, leg: Leg, booking: BookingInput, attempts: int) -> SupplierCall:
        info = activity.info()
        workflow_id = info.workflow_id or ""  # never empty: only workflows run these activities
        read = self._reader.read
        return SupplierCall(
            booking=name_for_suppliers(workflow_id),
            owner=split(workflow_id)[0],
            leg=leg.name,
            item=read(leg.name, leg.item),
            details={name: read(name, value) for name, value in booking.details.items()},
            idempotency_key=idempotency_key(workflow_id, leg.name),
            attempt=leg.tried + info.attempt,
            attempts=attempts,
        )


def _time_of_a_first_try() -> float | None:
    """The seconds that this try has if it is local, as then it holds up its workflow task; else None."""
    info = activity.info()
    if not info.is_local or not info.start_to_close_timeout:
        return None
    return (info.start_to_close_timeout - SPARE_TIME).total_seconds()
