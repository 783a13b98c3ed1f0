"""The async client: publish booking requests, and get their results."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Self

from pydantic import SecretStr

from publisher import arguments, following
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.dead_letter_queue import DeadLetterQueue
from publisher.amqp.message import new_message
from publisher.amqp.ownership import acting_for
from publisher.amqp.parked_queue import ParkedQueue
from publisher.amqp.request_reply import RequestReply, time_limit
from publisher.connecting import Connecting, publisher_within
from publisher.contract.answers import UNDER_WAY
from publisher.contract.control import CANCEL_TYPE, STATUS_TYPE, CancelRequest, StatusRequest
from publisher.contract.result import BookingResult, Status
from publisher.errors import BookingRejectedError, ClientClosedError
from publisher.following import Booked
from publisher.lifetime import Lifetime
from publisher.request_sender import RequestSender
from publisher.results.stream import Results
from publisher.results.subscriptions import PREFETCH, TRIES, Subscriptions
from publisher.sending import AWAY, Sending, id_of
from publisher.settings import BrokerSettings
from voyage.runtime.settings import load_settings
from voyage.trips import Trip

NO_OPERATOR = "; or your user is none of the consumers' VOYAGE_OPERATORS, who alone may act for others"


class Client:
    """A connection to Voyage by way of RabbitMQ, for the event loop and the process in which it was made.

    Use it as a context manager: `async with Client.connect() as voyage: ...`. Every error of a call says
    `booking_id` and `sent`; after `close`, and in whatever waits then, it is a `ClientClosedError`.
    """

    def __init__(self, publisher: ConfirmedPublisher, settings: BrokerSettings) -> None:
        self._publisher = publisher
        self._settings = settings
        self._lifetime = Lifetime()
        self._closing: asyncio.Future[None] | None = None
        self._request_reply = RequestReply(publisher.connection, settings)
        self._sender = RequestSender(publisher, settings, self._lifetime)
        self._subscriptions = Subscriptions(publisher, settings, self._lifetime)

    @classmethod
    def connect(
        cls,
        amqp_url: str | None = None,
        settings: BrokerSettings | None = None,
        *,
        name: str = "voyage client",
        wait: float = 0.0,
    ) -> "Connecting[Client]":
        """Connect, and declare the contract's queues if they aren't there: `await` it, or `async with` it.

        `amqp_url` wins over `settings`, which win over the environment. `name` is what RabbitMQ's own views
        show; `wait` is for how many seconds a RabbitMQ that can't be reached is waited for. Raises
        `BrokerUnreachableError`, `BrokerLoginError`, `QueueMismatchError`, `NotDeclaredError` or
        `SettingsError`.
        """
        arguments.seconds("wait", wait, may_be_zero=True)

        async def connected() -> Client:
            chosen = settings or load_settings(BrokerSettings)
            if amqp_url:
                chosen = chosen.model_copy(update={"amqp_url": SecretStr(amqp_url)})
            return cls(await publisher_within(chosen, name, wait), chosen)

        return Connecting(connected)

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
        always the same, so that sending this very object again cannot book twice. Raises
        `UndeliverableError` or `PublishTimeoutError`.
        """
        sending = Sending(id_of(request))
        with sending.told_by_errors():
            return await self._sender.publish(request, sending, reply_to, correlation_id, headers)

    async def book(
        self, request: Trip, *, timeout: float = 60.0, headers: Mapping[str, str] | None = None
    ) -> BookingResult:
        """Send a request and wait for its result: booked, cancelled or failed.

        Raises `BookingRejectedError` for a request that was no valid booking, and `ResultTimeoutError` after
        `timeout` seconds; booking again under the same id, as with the same object, gets the result.
        """
        arguments.seconds("timeout", timeout)
        sending = Sending(id_of(request))
        with sending.told_by_errors():
            late = partial(self._late, sending)
            async with time_limit(timeout, late), self._booking(request, sending, headers) as result:
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
        sending = Sending(id_of(request))
        with sending.told_by_errors():
            async with self._booking(request, sending, headers) as result:
                yield result

    async def cancel(
        self, booking_id: str, reason: str = "Cancelled by request", *, owner: str | None = None
    ) -> None:
        """Ask for a booking to be cancelled, whether it runs or hasn't come yet; returns when that is safe.

        The result, `cancelled` if the cancel came in time, goes to whoever booked. `owner`: for operators,
        the user whose booking it is.
        """
        body = CancelRequest(booking_id=booking_id, reason=reason).to_body()
        sending = Sending(booking_id)
        with sending.told_by_errors():
            message = new_message(body, CANCEL_TYPE, headers=acting_for(owner))
            await self._sender.send(message, self._settings.control_queue, sending)

    async def status(
        self, booking_id: str, *, timeout: float = 10.0, owner: str | None = None
    ) -> BookingResult:
        """How a booking stands: its result, or status `running` or `unknown_booking`.

        What this client has sent is never unknown: it runs, or waits for its turn. `owner`: for operators,
        the user whose booking it is. Raises `ResultTimeoutError` if nobody answers within `timeout` seconds.
        """
        arguments.seconds("timeout", timeout)
        body, sending = StatusRequest(booking_id=booking_id).to_body(), Sending(booking_id)

        async def send(reply_to: str, correlation_id: str) -> None:
            headers = acting_for(owner)
            message = new_message(
                body, STATUS_TYPE, reply_to=reply_to, correlation_id=correlation_id, headers=headers
            )
            await self._sender.send(message, self._settings.control_queue, sending)

        def late() -> str:
            if self._is_away:
                return f"{AWAY}nobody told the status of booking {booking_id!r}. Ask again."
            return (
                f"No consumer told the status of booking {booking_id!r}: none runs, or Temporal is away, for "
                f"which they wait{'' if owner is None else NO_OPERATOR}. See: voyage-consumer doctor."
            )

        with sending.told_by_errors():
            async with time_limit(timeout, late), self._request_reply.request(send, self._lifetime) as asked:
                answer = await asked
        if answer.status is Status.UNKNOWN_BOOKING and owner is None and self._sender.has_sent(booking_id):
            return answer.model_copy(update={"status": Status.RUNNING, "result": UNDER_WAY})
        return answer

    async def watch(
        self, booking_id: str, *, every: float = 1.0, timeout: float = 60.0
    ) -> AsyncGenerator[BookingResult, None]:
        """How a booking stands now, and again whenever that has changed, until it has ended.

        Asks each `every` seconds. An id that nobody knows is watched on, as its request may still come; leave
        the loop to end it. Raises `ResultTimeoutError` when nobody answers for `timeout` seconds.
        """
        arguments.seconds("every", every)
        asking = partial(self.status, booking_id, timeout=timeout)
        async with aclosing(following.watch(asking, every)) as changes:
            async for now in changes:
                yield now

    async def book_many(
        self,
        requests: Iterable[Trip] | AsyncIterator[Trip],
        *,
        concurrency: int = 20,
        timeout: float = 300.0,
    ) -> AsyncGenerator[Booked, None]:
        """Book them all, at most `concurrency` under way, and give what became of each as it comes.

        Each must have a booking id: a run that was ended half-way is run again, and gets the results of what
        is booked. Neither a rejected request nor an outage ends it: one that has no result after `timeout`
        seconds has an `error`, which says whether it was sent. Raises `ValueError` for a request without id.
        """
        arguments.count("concurrency", concurrency)
        arguments.seconds("timeout", timeout)

        def book(request: Trip, within: float) -> Awaitable[BookingResult]:
            return self.book(request, timeout=within)

        async with aclosing(following.book_many(book, requests, concurrency, timeout)) as ends:
            async for ended in ends:
                yield ended

    @property
    def dead_letters(self) -> DeadLetterQueue:
        """The dead-letter queue: look, replay, drop."""
        return DeadLetterQueue(self._publisher.connection, self._publisher, self._settings)

    @property
    def parked_results(self) -> ParkedQueue:
        """The queue of parked results: look, send again, drop."""
        return ParkedQueue(self._publisher.connection, self._publisher, self._settings)

    def results(
        self,
        queue: str | None = None,
        *,
        count: int | None = None,
        timeout: float | None = None,
        prefetch: int = PREFETCH,
        tries: int = TRIES,
    ) -> Results:
        """Results one after the other, from `queue` or else the results queue: `async for`, or `anext`.

        Ends after `count`, or after `timeout` seconds without a result; else never. A result is acked when
        the next one is asked for; of a loop that ends before, by an error or `break`, it comes again: after
        pauses that grow, behind the others, and after `tries` times it is set aside among the parked ones,
        with the reason. At most `prefetch` are held at a time, the others go to other subscribers. Repeats
        of an answer (same correlation id and message id) are dropped. Raises `ClientClosedError`.
        """
        arguments.count("prefetch", prefetch)
        arguments.count("tries", tries)
        if timeout is not None:
            arguments.seconds("timeout", timeout)
        return self._subscriptions.stream(queue, count, prefetch, tries, timeout)

    async def handle(
        self,
        callback: Callable[[BookingResult], Awaitable[object]],
        queue: str | None = None,
        *,
        concurrency: int = 10,
        prefetch: int | None = None,
        tries: int = TRIES,
    ) -> None:
        """Call back for each result, `concurrency` at a time, from `queue` or else the results queue.

        A result is acked when its callback returns; the trace of its request is current there. If it raises,
        the error is logged and the result comes again, as with `results`; others go on meanwhile. So
        `prefetch` is at least 10, and by default twice `concurrency`. A callback may see a result again after
        a lost connection or a crash: tell repeats by `booking_id` and `revision`. Runs until it is cancelled,
        or raises `ClientClosedError`; callbacks then have two seconds to end.
        """
        arguments.callback(callback, is_async=True)
        arguments.count("concurrency", concurrency)
        arguments.count("tries", tries)
        if prefetch is not None:
            arguments.count("prefetch", prefetch)
        await self._subscriptions.handle(callback, queue, concurrency, prefetch, tries)

    async def close(self) -> None:
        """Delete the reply queue of this client and close its connection, within seconds; twice is once."""
        if not self._lifetime.is_ours:
            return  # its connection is another's to close
        self._lifetime.close()
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close())
        await asyncio.shield(self._closing)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def _is_away(self) -> bool:
        return not self._publisher.connection.connected.is_set()

    def _late(self, sending: Sending) -> str:
        return sending.late(is_away=self._is_away)

    async def _close(self) -> None:
        why = ClientClosedError("This client was closed while its result was waited for.")
        await asyncio.gather(self._request_reply.close(why), self._subscriptions.close())
        await self._publisher.connection.close()

    @asynccontextmanager
    async def _booking(
        self, request: Trip, sending: Sending, headers: Mapping[str, str] | None
    ) -> AsyncIterator[asyncio.Future[BookingResult]]:
        async def send(reply_to: str, correlation_id: str) -> None:
            await self._sender.publish(request, sending, reply_to, correlation_id, headers)

        def note(answer: asyncio.Future[BookingResult]) -> None:
            is_answered = not answer.cancelled() and not answer.exception()
            if is_answered and answer.result().status is Status.REJECTED:
                self._sender.forget(sending.booking_id)

        async with self._request_reply.request(send, self._lifetime) as result:
            result.add_done_callback(note)
            yield result
