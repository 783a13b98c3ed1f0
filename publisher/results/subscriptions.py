"""All that one client has subscribed to."""

import asyncio
from functools import partial
from weakref import WeakSet

from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.lifetime import Lifetime
from publisher.results.giving_back import GivingBack
from publisher.results.handling import Callback, Handling
from publisher.results.stream import Results
from publisher.results.subscription import Subscription
from publisher.settings import BrokerSettings

PREFETCH = 10
"""Results that a subscriber holds at a time; others get the rest."""
TRIES = 10
_CLOSE_TIMEOUT = 5.0  # seconds


class Subscriptions:
    """Streams and handlings of one client, which end with it."""

    def __init__(self, publisher: ConfirmedPublisher, settings: BrokerSettings, lifetime: Lifetime) -> None:
        self._publisher = publisher
        self._settings = settings
        self._lifetime = lifetime
        self._open: WeakSet[Results | Handling] = WeakSet()

    def stream(
        self, queue: str | None, count: int | None, prefetch: int, tries: int, timeout: float | None
    ) -> Results:
        """A stream, which subscribes when its first result is asked for."""
        name = queue or self._settings.results_queue
        stream = Results(
            partial(self._subscribe, name, prefetch), self._giving_back(name, tries), count, timeout
        )
        self._open.add(stream)
        return stream

    async def handle(
        self, callback: Callback, queue: str | None, concurrency: int, prefetch: int | None, tries: int
    ) -> None:
        """Call back for each result, until cancelled or closed; raises `ClientClosedError`."""
        name = queue or self._settings.results_queue
        subscription = await self._subscribe(name, prefetch or max(PREFETCH, 2 * concurrency))
        handling = Handling(callback, subscription, self._giving_back(name, tries), concurrency)
        self._open.add(handling)
        await handling.run()

    async def close(self) -> None:
        """End all of them, within seconds."""
        if ending := [asyncio.ensure_future(one.aclose()) for one in tuple(self._open)]:
            await asyncio.wait(ending, timeout=_CLOSE_TIMEOUT)

    async def _subscribe(self, queue: str, prefetch: int) -> Subscription:
        return await Subscription.open(self._publisher.connection, queue, self._lifetime, prefetch)

    def _giving_back(self, queue: str, tries: int) -> GivingBack:
        return GivingBack(self._publisher, queue, self._settings.parked_queue, tries)
