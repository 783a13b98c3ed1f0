"""Following one booking from its request to its result."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from publisher.client import Client
from publisher.errors import ResultTimeoutError
from publisher.models import BookingRequest, BookingResult, Status

INTERVAL = 0.5  # seconds between two questions; each costs the services one query


async def watch(client: Client, request: BookingRequest, timeout: float) -> AsyncIterator[BookingResult]:
    """Book, and tell how the booking stands whenever that has changed; the last is its result.

    `request` must have a booking id. Raises as `Client.book` does.
    """
    booking = asyncio.create_task(client.book(request, timeout=timeout))
    try:
        last = None
        while not booking.done():
            now = await _status(client, request.booking_id or "", booking)
            if now and now != last and now.status is Status.RUNNING:
                yield now
                last = now
            await asyncio.wait([booking], timeout=INTERVAL)
        yield await booking
    finally:
        booking.cancel()


async def _status(
    client: Client, booking_id: str, booking: "asyncio.Task[BookingResult]"
) -> BookingResult | None:
    """How it stands; None if nobody says, or the result comes first."""
    asking = asyncio.create_task(client.status(booking_id))
    await asyncio.wait([asking, booking], return_when=asyncio.FIRST_COMPLETED)
    if not asking.done():
        asking.cancel()
    with suppress(ResultTimeoutError, asyncio.CancelledError):
        return await asking
    return None
