"""Following one booking by its id, and booking many at a time: both on a client's other calls alone."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass

from publisher.amqp.request_reply import after_in_all
from publisher.contract.result import BookingResult, Status
from publisher.errors import (
    BookingRejectedError,
    ClientError,
    PublishNackedError,
    PublishTimeoutError,
    ResultTimeoutError,
    Sent,
)
from voyage.trips import Trip

_GOING_ON = frozenset({Status.RUNNING, Status.UNKNOWN_BOOKING})
_TRIED_AGAIN = (PublishNackedError, PublishTimeoutError, ResultTimeoutError)
_PAUSE = 0.2  # seconds before a request is sent again


@dataclass(frozen=True)
class Booked:
    """What became of one of many: its result, whatever that says, or the error instead of one."""

    request: Trip
    result: BookingResult | None = None
    error: ClientError | None = None

    @property
    def booking_id(self) -> str:
        """The request's own."""
        return self.request.booking_id or ""


async def watch(
    ask: Callable[[], Awaitable[BookingResult]], every: float
) -> AsyncGenerator[BookingResult, None]:
    """How a booking stands whenever that has changed; ends with its result."""
    last: BookingResult | None = None
    while True:
        now = await ask()
        if now != last:
            yield now
        if now.status not in _GOING_ON:
            return
        last = now
        await asyncio.sleep(every)


async def book_many(
    book: Callable[[Trip, float], Awaitable[BookingResult]],
    requests: Iterable[Trip] | AsyncIterator[Trip],
    concurrency: int,
    timeout: float,
) -> AsyncGenerator[Booked, None]:
    """Each request's end as it comes, at most `concurrency` under way."""
    under_way = set[asyncio.Task[Booked]]()
    try:
        async with aclosing(_each(requests)) as waiting:
            async for request in waiting:
                _require_id(request)
                under_way.add(asyncio.create_task(_one(book, request, timeout)))
                if len(under_way) >= concurrency:
                    for ended in await _some(under_way):
                        yield ended.result()
            while under_way:
                for ended in await _some(under_way):
                    yield ended.result()
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _some(under_way: set[asyncio.Task[Booked]]) -> set[asyncio.Task[Booked]]:
    ended, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
    under_way -= ended
    return ended


async def _each(requests: Iterable[Trip] | AsyncIterator[Trip]) -> AsyncGenerator[Trip, None]:
    if isinstance(requests, AsyncIterator):
        async for request in requests:
            yield request
    else:
        for request in requests:
            yield request


def _require_id(request: Trip) -> None:
    if not isinstance(request, Trip):
        raise TypeError(f"book_many takes requests such as BookingRequest(…), not {type(request).__name__}")
    if not request.booking_id:
        raise ValueError(
            "book_many takes requests with a booking_id: a run that is repeated books once by it"
        )


async def _one(
    book: Callable[[Trip, float], Awaitable[BookingResult]], request: Trip, timeout: float
) -> Booked:
    """Book until there is a result, for so many seconds; a repeat is safe, by the request's id."""
    until, sent = asyncio.get_running_loop().time() + timeout, Sent.NO
    while True:
        left = until - asyncio.get_running_loop().time()
        try:
            return Booked(request, await book(request, max(left, _PAUSE)))
        except BookingRejectedError as rejected:
            return Booked(request, rejected.result)
        except _TRIED_AGAIN as failure:
            sent = max(sent, failure.sent or Sent.NO, key=list(Sent).index)
            if left <= _PAUSE:
                failure.sent = sent
                failure.args = (after_in_all(str(failure), timeout),)
                return Booked(request, error=failure)
            await asyncio.sleep(_PAUSE)
