"""The async client: publish booking requests, and get their results."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Self
from uuid import uuid4

from pydantic import SecretStr

from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import declare_topology
from publisher.amqp.dead_letter_queue import DeadLetterQueue
from publisher.amqp.message import new_message
from publisher.amqp.request_reply import RequestReply, time_limit
from publisher.amqp.result_stream import result_stream
from publisher.contract.control import CANCEL_TYPE, STATUS_TYPE, CancelRequest, StatusRequest
from publisher.contract.request import REQUEST_TYPE
from publisher.contract.result import BookingResult, Status
from publisher.errors import BookingRejectedError
from publisher.settings import BrokerSettings
from voyage.runtime.settings import load_settings
from voyage.trips import Trip


class Client:
    """A connection to Voyage by way of RabbitMQ.

    Use it as a context manager: `async with await Client.connect() as voyage: ...`.
    """

    def __init__(self, publisher: ConfirmedPublisher, settings: BrokerSettings) -> None:
        self._publisher = publisher
        self._settings = settings
        self._request_reply = RequestReply(publisher.connection, settings)

    @classmethod
    async def connect(cls, amqp_url: str | None = None, settings: BrokerSettings | None = None) -> Self:
        """Connect, and declare the contract's queues if they aren't there.

        `amqp_url` wins over `settings`, which win over the environment. Raises `BrokerUnreachableError`,
        `BrokerLoginError`, `QueueMismatchError`, `NotDeclaredError` or `SettingsError`.
        """
        settings = settings or load_settings(BrokerSettings)
        if amqp_url:
            settings = settings.model_copy(update={"amqp_url": SecretStr(amqp_url)})
        await declare_topology(settings)
        publisher = await ConfirmedPublisher.connect(settings, "voyage client")
        return cls(publisher, settings)

    async def publish(
        self,
        request: Trip,
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
        message = new_message(
            request.model_copy(update={"booking_id": booking_id}).to_body(),
            REQUEST_TYPE,
            reply_to=reply_to,
            correlation_id=correlation_id or booking_id,
            headers=headers,
        )
        await self._publisher.publish(message, self._settings.requests_queue)
        return booking_id

    async def book(self, request: Trip, *, timeout: float = 60.0) -> BookingResult:
        """Send a request and wait for its result: booked, cancelled or failed.

        Raises `BookingRejectedError` for a request that was no valid booking, and `ResultTimeoutError` after
        `timeout` seconds; the booking then goes on, and booking again under the same id gets its result.
        """
        request = request.model_copy(update={"booking_id": request.booking_id or uuid4().hex})
        late = f"No result for booking {request.booking_id!r}; it goes on. Book again under its id to get it."
        async with time_limit(timeout, late), self.booking(request) as result:
            answer = await result
        if answer.status is Status.REJECTED:
            raise BookingRejectedError(answer)
        return answer

    @asynccontextmanager
    async def booking(
        self, request: Trip, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[asyncio.Future[BookingResult]]:
        """Send a request; entered when RabbitMQ has it safe, with its result (also `rejected`) to wait for.

        For who wants to wait in steps, or not at all: the booking goes on whatever becomes of the block.
        With a `traceparent` in `headers` it is part of that trace. Raises as `publish` does.
        """

        async def send(reply_to: str, correlation_id: str) -> None:
            await self.publish(request, reply_to=reply_to, correlation_id=correlation_id, headers=headers)

        async with self._request_reply.request(send) as result:
            yield result

    async def cancel(self, booking_id: str, reason: str = "Cancelled by request") -> None:
        """Ask for a booking to be cancelled, whether it runs or hasn't come yet; returns when that is safe.

        The result, `cancelled` if the cancel came in time, goes to whoever booked.
        """
        body = CancelRequest(booking_id=booking_id, reason=reason).to_body()
        await self._publisher.publish(new_message(body, CANCEL_TYPE), self._settings.control_queue)

    async def status(self, booking_id: str, *, timeout: float = 10.0) -> BookingResult:
        """How a booking stands: its result, or status `running` or `unknown_booking`.

        Raises `ResultTimeoutError` if nobody answers within `timeout` seconds.
        """
        body = StatusRequest(booking_id=booking_id).to_body()

        async def send(reply_to: str, correlation_id: str) -> None:
            message = new_message(body, STATUS_TYPE, reply_to=reply_to, correlation_id=correlation_id)
            await self._publisher.publish(message, self._settings.control_queue)

        late = f"Nobody told the status of booking {booking_id!r}. Is a consumer running?"
        async with time_limit(timeout, late), self._request_reply.request(send) as answer:
            return await answer

    @property
    def dead_letters(self) -> DeadLetterQueue:
        """The dead-letter queue: look, replay, drop."""
        return DeadLetterQueue(self._publisher.connection, self._publisher, self._settings)

    def results(self, queue: str | None = None, *, count: int | None = None) -> AsyncIterator[BookingResult]:
        """Results as they come, from `queue` or else the results queue; ends after `count`, or never.

        A result is acked when the next one is asked for: whoever stops half-way gets it again. Repeats of an
        answer (same correlation id and message id) are dropped.
        """
        return result_stream(self._publisher.connection, queue or self._settings.results_queue, count)

    async def close(self) -> None:
        """Delete the reply queue of this client and close its connection, within seconds."""
        await self._request_reply.close()
        await self._publisher.connection.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
