"""Requests, duplicates, conflicts, cancels and status requests in any order, against a simple model."""

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    rule,
    run_state_machine_as_test,
)

from tests.acceptance.conftest import World
from tests.acceptance.inbox import TRIP, Inbox
from tests.rabbitmq import connect

T = TypeVar("T")


class Loop:
    """An event loop in a thread: hypothesis drives its machines from code that is not async."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)


@dataclass
class Booking:
    """The model of one booking: what it was asked for, whether a cancel came first, and its answer."""

    id: str
    hotel: str | None = None
    cancelled_first: bool = False
    answer: dict[str, Any] | None = field(default=None)

    @property
    def must_be(self) -> str:
        if self.cancelled_first:
            return "cancelled"
        return "cancelled" if self.hotel == "invalid" else "booked"


class AnyOrder(RuleBasedStateMachine):
    """Each rule sends one message, waits for what it must bring about, and compares it with the model."""

    loop: Loop
    inbox: Inbox
    bookings = Bundle("bookings")

    @rule(target=bookings)
    def think_of_a_booking(self) -> Booking:
        return Booking(uuid4().hex)

    @rule(booking=bookings, hotel=st.sampled_from(["h", "invalid"]))
    def request(self, booking: Booking, hotel: str) -> None:
        answer = self.ask({**TRIP, "hotel": hotel, "booking_id": booking.id})
        if booking.hotel is None:
            booking.hotel, booking.answer = hotel, answer
            assert (answer["status"], answer["duplicate"]) == (booking.must_be, False)
        elif hotel != booking.hotel:
            assert (answer["status"], answer["reason"]["code"]) == ("rejected", "conflict")
        else:
            self.same(booking, answer)

    @rule(booking=bookings)
    def cancel(self, booking: Booking) -> None:
        if booking.answer is not None:
            self.same(booking, self.control("booking.cancel", booking.id))
        else:
            self.loop.run(self.inbox.control("booking.cancel", {"booking_id": booking.id}, reply_to=None))
            booking.cancelled_first = True
            while self.control("booking.status", booking.id)["status"] == "unknown_booking":
                pass

    @rule(booking=bookings)
    def status(self, booking: Booking) -> None:
        answer = self.control("booking.status", booking.id)
        if booking.answer is not None:
            assert (answer["status"], answer["legs"]) == (booking.answer["status"], booking.answer["legs"])
        else:
            assert answer["status"] == ("cancelled" if booking.cancelled_first else "unknown_booking")

    def same(self, booking: Booking, answer: dict[str, Any]) -> None:
        assert booking.answer
        differing = {key for key in answer if answer[key] != booking.answer[key]}
        assert differing <= {"duplicate", "correlation_id"}
        assert answer["duplicate"] is True

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        own = uuid4().hex
        self.loop.run(self.inbox.send(request, correlation_id=own))
        return self.answer(own)

    def control(self, kind: str, booking_id: str) -> dict[str, Any]:
        own = uuid4().hex
        self.loop.run(self.inbox.control(kind, {"booking_id": booking_id}, correlation_id=own))
        return self.answer(own)

    def answer(self, correlation_id: str) -> dict[str, Any]:
        answer = self.loop.run(self.inbox.answer())
        assert answer["correlation_id"] == correlation_id, "an answer that nobody waits for"
        return answer


@pytest.mark.timeout(180)
async def test_any_order_of_messages_gets_the_answers_that_the_contract_says(booking: World) -> None:
    loop = Loop()

    async def open_inbox() -> tuple[Any, Inbox]:
        connection = await connect(booking.settings.amqp_url.get_secret_value())
        return connection, await Inbox.open(await connection.channel(), booking.settings)

    connection, inbox = await asyncio.to_thread(loop.run, open_inbox())
    AnyOrder.loop, AnyOrder.inbox = loop, inbox
    tries = settings(
        max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
    )
    try:
        await asyncio.to_thread(run_state_machine_as_test, AnyOrder, settings=tries)
    finally:
        await asyncio.to_thread(loop.run, connection.close())
        loop.stop()
