"""The blocking client: the async one for Flask, Django, Celery, scripts, and whoever has no event loop."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import Self, TypeVar

from publisher import arguments
from publisher.client import Client
from publisher.connected_thread import ConnectedThread
from publisher.connecting import Connecting
from publisher.contract.result import BookingResult
from publisher.following import Booked
from publisher.results.subscriptions import PREFETCH, TRIES
from publisher.settings import BrokerSettings
from publisher.stepping import each, each_of
from voyage.trips import Trip

T = TypeVar("T")


class BlockingClient:
    """`Client` for code without an event loop, by the same names; one serves all threads of a process.

    Use it as a context manager, `with BlockingClient.connect() as voyage: ...`, or keep one as long as the
    process lives: at the interpreter's end it is closed, within seconds. In a child after a fork its next
    call connects anew. Ctrl-C ends a call at once. It raises what `Client` raises.
    """

    def __init__(self, connect: Callable[[], Connecting[Client]]) -> None:
        """Over clients that somebody else connects, as `FakeVoyage.connect` does in tests; else `connect`."""
        self._thread = ConnectedThread(connect)
        self._thread.get()

    @classmethod
    def connect(
        cls,
        amqp_url: str | None = None,
        settings: BrokerSettings | None = None,
        *,
        name: str = "voyage client",
        wait: float = 0.0,
    ) -> Self:
        """Connect, and declare the contract's queues if they aren't there; as `Client.connect` does."""
        return cls(partial(Client.connect, amqp_url, settings, name=name, wait=wait))

    def publish(
        self,
        request: Trip,
        *,
        reply_to: str | None = None,
        correlation_id: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Send a request and return its booking id once RabbitMQ has it safe, as `Client.publish` does."""
        return self._call(
            lambda client: client.publish(
                request, reply_to=reply_to, correlation_id=correlation_id, headers=headers
            )
        )

    def book(
        self, request: Trip, *, timeout: float = 60.0, headers: Mapping[str, str] | None = None
    ) -> BookingResult:
        """Send a request and wait `timeout` seconds for its result, as `Client.book` does."""
        return self._call(lambda client: client.book(request, timeout=timeout, headers=headers))

    @contextmanager
    def booking(
        self, request: Trip, headers: Mapping[str, str] | None = None
    ) -> "Iterator[Future[BookingResult]]":
        """Send a request; entered when RabbitMQ has it safe, with its result to wait for in steps.

        `result.result(timeout=5)` raises `TimeoutError` after five seconds, and may be called again. As
        `Client.booking` otherwise.
        """
        thread = self._thread.get()
        booking = thread.client.booking(request, headers)
        answer = thread.call(lambda _: booking.__aenter__())
        result = thread.begin(lambda: asyncio.shield(answer))
        try:
            yield result
        except BaseException as error:
            raised = error
            thread.call(lambda _: booking.__aexit__(type(raised), raised, raised.__traceback__))
            raise
        else:
            thread.call(lambda _: booking.__aexit__(None, None, None))
        finally:
            result.cancel()

    def cancel(
        self, booking_id: str, reason: str = "Cancelled by request", *, owner: str | None = None
    ) -> None:
        """Ask for a booking to be cancelled; returns when that is safe, as `Client.cancel` does."""
        self._call(lambda client: client.cancel(booking_id, reason, owner=owner))

    def status(self, booking_id: str, *, timeout: float = 10.0, owner: str | None = None) -> BookingResult:
        """How a booking stands, told within `timeout` seconds, as by `Client.status`."""
        return self._call(lambda client: client.status(booking_id, timeout=timeout, owner=owner))

    def watch(
        self, booking_id: str, *, every: float = 1.0, timeout: float = 60.0
    ) -> Generator[BookingResult, None, None]:
        """How a booking stands whenever that has changed, until it has ended, as by `Client.watch`."""
        thread = self._thread.get()
        return each(thread, thread.client.watch(booking_id, every=every, timeout=timeout))

    def book_many(
        self, requests: Iterable[Trip], *, concurrency: int = 20, timeout: float = 300.0
    ) -> Generator[Booked, None, None]:
        """Book them all and give what became of each as it comes, as `Client.book_many` does.

        The requests are read by the calling thread, no earlier than they are wanted.
        """
        thread = self._thread.get()
        booking = partial(thread.client.book_many, concurrency=concurrency, timeout=timeout)
        return each_of(thread, requests, booking)

    def results(
        self,
        queue: str | None = None,
        *,
        count: int | None = None,
        timeout: float | None = None,
        prefetch: int = PREFETCH,
        tries: int = TRIES,
    ) -> Generator[BookingResult, None, None]:
        """Results one after the other, as `Client.results` gives them; to be used in one thread at a time.

        `timeout` ends it after so many seconds without a result.
        """
        thread = self._thread.get()
        stream = thread.client.results(queue, count=count, timeout=timeout, prefetch=prefetch, tries=tries)
        return each(thread, stream)

    def handle(
        self,
        callback: Callable[[BookingResult], object],
        queue: str | None = None,
        *,
        concurrency: int = 10,
        prefetch: int | None = None,
        tries: int = TRIES,
    ) -> None:
        """Call back for each result, in `concurrency` threads, as `Client.handle` does.

        Runs until Ctrl-C, or until another thread or a signal handler calls `close`: `ClientClosedError`.
        Python ends no thread: a callback that runs longer than two seconds then is given up, and its
        result comes again.
        """
        arguments.callback(callback, is_async=False)
        with _threads(arguments.count("concurrency", concurrency)) as threads:

            async def called(result: BookingResult) -> None:
                call = partial(copy_context().run, callback, result)
                await asyncio.get_running_loop().run_in_executor(threads, call)

            self._call(
                lambda client: client.handle(
                    called, queue, concurrency=concurrency, prefetch=prefetch, tries=tries
                )
            )

    def close(self) -> None:
        """Close it within seconds; what waits in other threads ends with `ClientClosedError`."""
        self._thread.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _call(self, work: Callable[[Client], Awaitable[T]]) -> T:
        return self._thread.get().call(work)


@contextmanager
def _threads(number: int) -> Iterator[ThreadPoolExecutor]:
    threads = ThreadPoolExecutor(number, "voyage handler")
    try:
        yield threads
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
