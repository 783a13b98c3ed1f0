"""All that one client has subscribed to."""

import asyncio
from functools import partial
from weakref import WeakSet

from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.arguments import MOST
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
        name, giving_back = self._of(queue, tries)
        subscribe = partial(self._subscribe, name, prefetch, giving_back)
        stream = Results(subscribe, giving_back, count, timeout)
        self._open.add(stream)
        return stream

    async def handle(
        self, callback: Callback, queue: str | None, concurrency: int, prefetch: int | None, tries: int
    ) -> None:
        """Call back for each result, until cancelled or closed; raises `ClientClosedError`."""
        name, giving_back = self._of(queue, tries)
        held = prefetch or min(max(PREFETCH, 2 * concurrency), MOST)
        subscription = await self._subscribe(name, held, giving_back)
        handling = Handling(callback, subscription, giving_back, concurrency)
        self._open.add(handling)
        await handling.run()

    async def close(self) -> None:
        """End all of them, within seconds."""
        if ending := [asyncio.ensure_future(one.aclose()) for one in tuple(self._open)]:
            await asyncio.wait(ending, timeout=_CLOSE_TIMEOUT)

    async def _subscribe(self, queue: str, prefetch: int, giving_back: GivingBack) -> Subscription:
        return await Subscription.open(
            self._publisher.connection, queue, self._lifetime, prefetch, giving_back.set_aside
        )

    def _of(self, queue: str | None, tries: int) -> tuple[str, GivingBack]:
        ours = self._settings
        name = queue or ours.own_results_queue
        ours.require_for_results(name)
        return name, GivingBack(self._publisher, name, ours.parked_queue, tries)
