"""The async client: publish booking requests, and get their results."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import TracebackType
from typing import Self
from uuid import uuid4

from aio_pika.abc import AbstractRobustConnection
from pydantic import SecretStr

from publisher import broker
from publisher.control import CANCEL_TYPE, STATUS_TYPE, CancelRequest, StatusRequest
from publisher.dead import DeadLetterQueue
from publisher.envelopes import envelope
from publisher.errors import BookingRejectedError, ResultTimeoutError
from publisher.models import REQUEST_TYPE, BookingRequest, BookingResult, Status
from publisher.publishing import ConfirmedPublisher
from publisher.replies import ReplyQueue, stream
from publisher.settings import BrokerSettings, load


class Client:
    """A connection to Voyage by way of RabbitMQ.

    Use it as a context manager: `async with await Client.connect() as voyage: ...`.
    """

    def __init__(
        self, connection: AbstractRobustConnection, publisher: ConfirmedPublisher, settings: BrokerSettings
    ) -> None:
        self._connection = connection
        self._publisher = publisher
        self._settings = settings
        self._replies: ReplyQueue | None = None
        self._opening_replies = asyncio.Lock()

    @classmethod
    async def connect(cls, amqp_url: str | None = None, settings: BrokerSettings | None = None) -> Self:
        """Connect, and declare the contract's queues if they aren't there.

        `amqp_url` wins over `settings`, which win over the environment. Raises `BrokerUnreachableError`,
        `QueueMismatchError` or `SettingsError`.
        """
        settings = settings or load(BrokerSettings)
        if amqp_url:
            settings = settings.model_copy(update={"amqp_url": SecretStr(amqp_url)})
        await broker.prepare(settings)
        connection = await broker.open_connection(settings, "voyage client")
        return cls(connection, await ConfirmedPublisher.open(connection, settings.publish_timeout), settings)

    async def publish(
        self,
        request: BookingRequest,
        *,
        reply_to: str | None = None,
        correlation_id: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Send a request and return its booking id once RabbitMQ has it safe.

        The result goes to `reply_to`, or to the results queue. A request without a booking id is given one,
        so that sending it again cannot book twice. Raises `UndeliverableError` or `PublishTimeoutError`.
        """
        booking_id = request.booking_id or uuid4().hex
        message = envelope(
            request.model_copy(update={"booking_id": booking_id}).to_body(),
            REQUEST_TYPE,
            reply_to=reply_to,
            correlation_id=correlation_id or booking_id,
            headers=headers,
        )
        await self._publisher.publish(message, self._settings.requests_queue)
        return booking_id

    async def book(self, request: BookingRequest, *, timeout: float = 60.0) -> BookingResult:
        """Send a request and wait for its result: booked, cancelled or failed.

        Raises `BookingRejectedError` for a request that was no valid booking, and `ResultTimeoutError` after
        `timeout` seconds; the booking then goes on, and booking again under the same id gets its result.
        """
        booking_id = request.booking_id or uuid4().hex
        request = request.model_copy(update={"booking_id": booking_id})

        async def send(reply_to: str, correlation_id: str) -> None:
            await self.publish(request, reply_to=reply_to, correlation_id=correlation_id)

        late = f"No result for booking {booking_id!r}; it goes on. Book again under the same id to get it."
        answer = await self._ask(send, timeout, late)
        if answer.status is Status.REJECTED:
            raise BookingRejectedError(answer)
        return answer

    async def cancel(self, booking_id: str, reason: str = "Cancelled by request") -> None:
        """Ask for a booking to be cancelled, whether it runs or hasn't come yet; returns when that is safe.

        The result, `cancelled` if the cancel came in time, goes to whoever booked.
        """
        body = CancelRequest(booking_id=booking_id, reason=reason).to_body()
        await self._publisher.publish(envelope(body, CANCEL_TYPE), self._settings.control_queue)

    async def status(self, booking_id: str, *, timeout: float = 10.0) -> BookingResult:
        """How a booking stands: its result, or status `running` or `unknown_booking`.

        Raises `ResultTimeoutError` if nobody answers within `timeout` seconds.
        """
        body = StatusRequest(booking_id=booking_id).to_body()

        async def send(reply_to: str, correlation_id: str) -> None:
            message = envelope(body, STATUS_TYPE, reply_to=reply_to, correlation_id=correlation_id)
            await self._publisher.publish(message, self._settings.control_queue)

        late = f"Nobody told the status of booking {booking_id!r}. Is a consumer running?"
        return await self._ask(send, timeout, late)

    @property
    def dead_letters(self) -> DeadLetterQueue:
        """The dead-letter queue: look, replay, drop."""
        return DeadLetterQueue(self._connection, self._publisher, self._settings)

    def results(self, queue: str | None = None, *, count: int | None = None) -> AsyncIterator[BookingResult]:
        """Results as they come, from `queue` or else the results queue; ends after `count`, or never.

        A result is acked when the next one is asked for: whoever stops half-way gets it again. Repeats of an
        answer (same correlation id and message id) are dropped.
        """
        return stream(self._connection, queue or self._settings.results_queue, count)

    async def close(self) -> None:
        """Delete the reply queue of this client and close its connection."""
        if self._replies:
            await self._replies.close()
        await self._connection.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _ask(
        self, send: Callable[[str, str], Awaitable[None]], timeout: float, late: str
    ) -> BookingResult:
        """Send something with a reply queue and a correlation id, and wait for what comes back under it."""
        replies = await self._reply_queue()
        correlation_id = uuid4().hex
        with replies.expect(correlation_id) as answer:
            try:
                async with asyncio.timeout(timeout):
                    await send(replies.name, correlation_id)
                    return await answer
            except TimeoutError:
                raise ResultTimeoutError(f"{late} ({timeout:g} s have passed.)") from None

    async def _reply_queue(self) -> ReplyQueue:
        async with self._opening_replies:
            if self._replies is None:
                self._replies = await ReplyQueue.open(self._connection, self._settings)
        return self._replies
