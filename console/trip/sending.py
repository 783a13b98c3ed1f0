"""Bookings that were asked for here: sent, and their results kept for whoever looks."""

import asyncio
import logging
from collections import OrderedDict
from contextlib import suppress

from console.errors import KNOWN, in_words
from console.facts.broker import BrokerLink
from publisher.client import Client
from publisher.contract.result import BookingResult
from voyage.trips import Trip

log = logging.getLogger(__name__)
WAITS = 600.0
"""Seconds for which the console waits for a result; the booking goes on without it."""
_SENT_WITHIN = 20.0
_MOST_KEPT = 500


class Sending:
    """Sends requests through the client, each with a reply queue's answer of its own."""

    def __init__(self, broker: BrokerLink, owner: str | None = None) -> None:
        self._broker = broker
        self._owner = owner
        self._tasks: set[asyncio.Task[None]] = set()
        self._results: OrderedDict[str, BookingResult | str] = OrderedDict()

    async def book(self, request: Trip) -> str:
        """The booking's id as it is shown, once RabbitMQ has its request safe; raises `VoyageError`."""
        client = self._broker.client
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._follow(client, request, sent))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        async with asyncio.timeout(_SENT_WITHIN):
            await sent
        return self._shown(request)

    def result(self, booking_id: str) -> BookingResult | str | None:
        """Its answer, or why there is none; None if it isn't there yet or it wasn't asked for here."""
        return self._results.get(booking_id)

    async def close(self) -> None:
        """Wait for no more results."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _follow(self, client: Client, request: Trip, sent: asyncio.Future[None]) -> None:
        try:
            async with client.booking(request) as coming:
                if not sent.done():
                    sent.set_result(None)
                with suppress(TimeoutError):
                    async with asyncio.timeout(WAITS):
                        self._keep(request, await coming)
        except KNOWN as failure:
            if sent.done():
                self._keep(request, in_words(failure))
            else:
                sent.set_exception(failure)

    def _keep(self, request: Trip, answer: BookingResult | str) -> None:
        self._results[self._shown(request)] = answer
        if len(self._results) > _MOST_KEPT:
            self._results.popitem(last=False)

    def _shown(self, request: Trip) -> str:
        own = request.booking_id or ""
        return f"{self._owner}/{own}" if self._owner else own
