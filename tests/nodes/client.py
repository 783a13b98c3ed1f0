"""A client that is not ours: plain aio-pika, which goes on at another node when one fails or says nothing."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from itertools import cycle
from uuid import uuid4

from aio_pika import DeliveryMode, Message, connect
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from consumer.settings import ConsumerSettings
from voyage.runtime.awaiting import library_calls

SILENCE = 3.0  # seconds without an answer after which it goes on at the next node
PAUSE = 0.2
FAILURES = (*CONNECTION_EXCEPTIONS, TimeoutError)


class Client:
    """Sends so many bookings a second, and notes when it got which answers; times are monotonic seconds."""

    def __init__(self, urls: Sequence[str], settings: ConsumerSettings, rate: float) -> None:
        self._urls = cycle(urls)
        self._settings = settings
        self._rate = rate
        self._opening = asyncio.Lock()
        self._sending: AbstractChannel | None = None
        self._connections: dict[AbstractChannel, AbstractConnection] = {}
        self._closing = set[asyncio.Task[None]]()
        self.sent: dict[str, float] = {}
        self.answers: dict[str, list[tuple[float, str]]] = defaultdict(list)

    async def send(self, until: asyncio.Event) -> None:
        """Send until it is set, and return when RabbitMQ has confirmed all."""
        sending = set[asyncio.Task[None]]()
        while not until.is_set():
            booking_id = uuid4().hex
            self.sent[booking_id] = time.monotonic()
            sending.add(asyncio.create_task(self._send(booking_id)))
            await asyncio.sleep(1 / self._rate)
        await asyncio.wait(sending)

    async def receive(self) -> None:
        """Take answers until it is cancelled."""
        while True:
            with suppress(*FAILURES):
                async with await self._connect() as connection:
                    await self._take(await asyncio.wait_for(connection.channel(), SILENCE))
            await asyncio.sleep(PAUSE)

    async def _take(self, channel: AbstractChannel) -> None:
        heard = asyncio.Event()

        async def on_message(message: AbstractIncomingMessage) -> None:
            heard.set()
            body = json.loads(message.body)
            self.answers[body["booking_id"]].append((time.monotonic(), body["status"]))
            await message.ack()

        queue = await channel.get_queue(self._settings.results_queue, ensure=False)
        await asyncio.wait_for(queue.consume(on_message), SILENCE)
        while True:
            await asyncio.wait_for(heard.wait(), SILENCE)
            heard.clear()

    async def _send(self, booking_id: str) -> None:
        trip = {"name": "Jane", "car": "c", "hotel": "h", "flight": "f", "booking_id": booking_id}
        message = Message(json.dumps(trip).encode(), delivery_mode=DeliveryMode.PERSISTENT)
        while True:
            with suppress(*FAILURES):
                channel = await self._channel()
                try:
                    publishing = channel.default_exchange.publish(message, self._settings.requests_queue)
                    with library_calls():  # else a closed connection would end whoever waits on it
                        await asyncio.wait_for(publishing, SILENCE)
                except FAILURES:
                    self._leave(channel)
                else:
                    return
            await asyncio.sleep(PAUSE)

    async def _channel(self) -> AbstractChannel:
        """The one on which all is sent, until something fails on it."""
        async with self._opening:
            if self._sending is None:
                connection = await self._connect()
                self._sending = await asyncio.wait_for(connection.channel(), SILENCE)
                self._connections[self._sending] = connection
            return self._sending

    def _leave(self, channel: AbstractChannel) -> None:
        if self._sending is channel:
            self._sending = None
            closing = asyncio.create_task(_closed(self._connections.pop(channel)))
            self._closing.add(closing)

    async def _connect(self) -> AbstractConnection:
        return await asyncio.wait_for(connect(next(self._urls)), SILENCE)


async def _closed(connection: AbstractConnection) -> None:
    with suppress(*FAILURES):
        await asyncio.wait_for(connection.close(), SILENCE)
