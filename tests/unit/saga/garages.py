"""Suppliers that do what a test tells them to, called by the real activity, without a server."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from saga.activities.book_and_undo import booking_activities
from saga.models import BookingPolicy, BookVacationInput
from saga.suppliers.supplier import SupplierCall
from voyage.trips.tutorial import BookingRequest

WORDS = 600
Behaviour = Callable[[SupplierCall], Any]


class Garage:
    """Does what it is told to, asynchronously."""

    def __init__(self, behave: Behaviour) -> None:
        self.behave = behave

    async def book(self, call: SupplierCall) -> Any:
        answer = self.behave(call)
        return await answer if asyncio.iscoroutine(answer) else answer

    async def undo(self, call: SupplierCall) -> Any:
        return await self.book(call)


class PlainGarage(Garage):
    """The same with plain methods."""

    def book(self, call: SupplierCall) -> Any:
        return self.behave(call)

    def undo(self, call: SupplierCall) -> Any:
        return self.behave(call)


KINDS = [Garage, PlainGarage]


def raises(error: BaseException) -> Behaviour:
    def behave(_: SupplierCall) -> None:
        raise error

    return behave


def returns(answer: object) -> Behaviour:
    return lambda _: answer


async def run(supplier: Any, which: int = 0, limit: float = 5.0) -> Any:
    [book, undo, *_] = booking_activities(dict.fromkeys(BookingRequest.declared_legs, supplier))
    trip = BookVacationInput(
        book_user_id="jane-1",
        book_car_id="c",
        book_hotel_id="h",
        book_flight_id="f",
        policy=BookingPolicy(try_timeout=limit),
    )
    return await ActivityEnvironment().run((book, undo)[which], trip)


async def failure(supplier: Any, which: int = 0, limit: float = 5.0) -> ApplicationError:
    with pytest.raises(ApplicationError) as failed:
        await run(supplier, which, limit)
    error = failed.value
    assert len(error.message) <= WORDS
    error.message.encode()
    assert error.__cause__ is None
    assert error.details == (1,)
    return error
