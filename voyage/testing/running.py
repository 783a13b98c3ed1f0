"""What a test is given by the fixture `voyage`."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from publisher import BookingRejectedError, BookingResult
from publisher.contract.result import Status
from voyage.testing.errors import HarnessError
from voyage.testing.ledger import Ledger
from voyage.testing.script import ScriptedSupplier
from voyage.testing.waiting import WITHIN, until
from voyage.trips import Trip
from voyage.trips.example import example_of

if TYPE_CHECKING:
    from voyage.testing.product import Product


class Booking:
    """A booking that was sent, whose result can be waited for."""

    def __init__(self, voyage: "Voyage", booking_id: str, answer: Future[BookingResult]) -> None:
        self.id = booking_id
        self._voyage, self._answer = voyage, answer

    def result(self, *, within: float = WITHIN) -> BookingResult:
        """Its result; raises `BookingRejectedError` for what was no valid booking, or else `HarnessError`."""
        __tracebackhide__ = True
        until(
            self._answer.done,
            lambda: (
                f"the result of booking {self.id}. The suppliers were called: {self._voyage.ledger}; "
                "see also the log of the worker"
            ),
            within,
            self._voyage.check,
        )
        answer = self._answer.result()
        if answer.status is Status.REJECTED:
            raise BookingRejectedError(answer)
        return answer

    def cancel(self, reason: str = "Cancelled by request") -> None:
        """Ask for it to be cancelled; its result says what came of that."""
        self._voyage.cancel(self.id, reason)

    def status(self) -> BookingResult:
        """How it stands now."""
        return self._voyage.status(self.id)


class _Suppliers(dict[str, ScriptedSupplier]):
    """The suppliers by leg; a name that is none says which there are."""

    def __missing__(self, leg: str) -> ScriptedSupplier:
        raise HarnessError(f"The trip has no leg {leg!r}; it has {', '.join(self)}.")


class Voyage:
    """A running Voyage as one test sees it: books that are empty, suppliers that do what it says.

    A booking id that the test gives is completed by an ending of this test's, so that each run books anew.
    """

    def __init__(self, product: "Product", own: str) -> None:
        self._product, self._own = product, own
        self.trip = product.trip
        self.ledger = Ledger(product.check)
        """What the suppliers were asked, and what is booked there."""
        self.suppliers: Mapping[str, ScriptedSupplier] = _Suppliers(
            (leg, ScriptedSupplier(leg, self.ledger, product.background.loop, product.check))
            for leg in self.trip.declared_legs
        )
        """What to say about each leg's supplier, by the leg's name."""
        self._answers: list[Future[BookingResult]] = []

    @property
    def environment(self) -> dict[str, str]:
        """For commands that the test starts itself, such as `voyage book`."""
        return dict(self._product.environment)

    def example(self, **fields: Any) -> Trip:
        """A request with everything that the trip requires; `fields` are what matters to the test."""
        return self.trip.model_validate({**example_of(self.trip), **fields})

    def book(self, request: Trip, *, within: float = WITHIN) -> BookingResult:
        """Book, and wait for the result; raises as `start` and `Booking.result` do."""
        __tracebackhide__ = True
        return self.start(request).result(within=within)

    def start(self, request: Trip) -> Booking:
        """Send a request, and return once RabbitMQ has it; the booking's result can be waited for later."""
        __tracebackhide__ = True
        booking_id = self._completed(request.booking_id or f"test-{uuid4().hex[:8]}")
        sent: Future[None] = Future()
        answer = self._product.background.begin(
            self._follow(request.model_copy(update={"booking_id": booking_id}), sent)
        )
        self._answers.append(answer)
        until(
            lambda: sent.done() or answer.done(),
            lambda: f"RabbitMQ to take booking {booking_id}",
            WITHIN,
            self.check,
        )
        if answer.done():
            answer.result()
        return Booking(self, booking_id, answer)

    def cancel(self, booking_id: str, reason: str = "Cancelled by request") -> None:
        """Cancel a booking, and return when the services have heard it; its result says what came of that."""
        __tracebackhide__ = True
        own = self._completed(booking_id)
        self._product.background.run(self._product.client.cancel(own, reason), WITHIN)
        self._product.background.run(
            self._product.client.status(own), WITHIN
        )  # told after the cancel is done

    def status(self, booking_id: str) -> BookingResult:
        """How a booking stands: its result, or `running` or `unknown_booking`."""
        __tracebackhide__ = True
        self.check()
        return self._product.background.run(self._product.client.status(self._completed(booking_id)), WITHIN)

    def check(self) -> None:
        """Raise `HarnessError`, with its last lines, if consumer or worker has ended."""
        __tracebackhide__ = True
        self._product.check()

    def end(self) -> None:
        """Let what goes on come to its end by itself, without the test."""
        for supplier in self.suppliers.values():
            supplier.behaves()
        for answer in self._answers:
            answer.cancel()

    def report(self) -> list[tuple[str, str]]:
        """What helps to see why a test failed, each with a title."""
        logs = [(f"log of the {process.name}", process.last_lines) for process in self._product.services]
        return [("calls to suppliers", str(self.ledger)), *logs]

    def _completed(self, booking_id: str) -> str:
        ending = f".{self._own}"
        return booking_id if booking_id.endswith(ending) else booking_id + ending

    async def _follow(self, request: Trip, sent: Future[None]) -> BookingResult:
        async with self._product.client.booking(request) as answer:
            sent.set_result(None)
            return await asyncio.shield(answer)
