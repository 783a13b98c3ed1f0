"""A client in an event loop of its own, in a thread of its own, for callers who have no loop."""

import os
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from threading import RLock, Thread, current_thread
from typing import TypeVar

import anyio
from anyio.from_thread import BlockingPortal

from publisher.client import Client
from publisher.connecting import Connecting
from publisher.errors import ClientClosedError, ForeignLoopError

T = TypeVar("T")
_END_TIMEOUT = 2.0  # seconds


class LoopThread:
    """Works for any thread of the process that made it; a daemon, which keeps no process from ending."""

    def __init__(self, connect: Callable[[], Connecting[Client]]) -> None:
        """Connect; raises as `Client.connect` does."""
        self._process = os.getpid()
        self._portal = Future[BlockingPortal]()
        self._submitting = RLock()
        self._submissions = 0
        self._is_stopped = False
        self._thread = Thread(target=anyio.run, args=(self._run,), name="voyage client", daemon=True)
        self._thread.start()

        async def connected() -> Client:
            return await connect()

        try:
            self.client = self.wait(self.begin(connected))
        except BaseException:
            self._stop()
            raise

    @property
    def is_ours(self) -> bool:
        """Whether it was made in this process; a thread doesn't outlive a fork."""
        return self._process == os.getpid()

    def call(self, work: Callable[[Client], Awaitable[T]]) -> T:
        """What the work with the client comes to; Ctrl-C cancels it. Raises `ClientClosedError`."""
        return self.wait(self.begin(lambda: work(self.client)))

    def begin(self, work: Callable[[], Awaitable[T]]) -> "Future[T]":
        """Work in the event loop, to be waited for or cancelled; raises `ClientClosedError`."""
        if not self.is_ours:
            raise ForeignLoopError("This belongs to the process before a fork. Call the client again.")
        with self._submitting:
            if self._is_stopped:
                raise ClientClosedError("This client is closed. Connect a new one.")
            self._submissions += 1
            try:
                return self._portal.result().start_task_soon(work)
            finally:
                self._submissions -= 1

    def wait(self, under_way: "Future[T]") -> T:
        """What it comes to; raises `ClientClosedError` if it was ended with the client."""
        try:
            return under_way.result()
        except CancelledError:
            raise ClientClosedError("This client was closed under the call.") from None
        finally:
            under_way.cancel()

    def close(self) -> None:
        """Close the client and end the thread, within seconds; twice is once."""
        if not self.is_ours or not self._thread.is_alive():
            return
        if current_thread() is self._thread:  # the garbage collector may call here
            Thread(target=self.close, daemon=True).start()
            return
        try:
            self.call(Client.close)
        except ClientClosedError:
            return
        finally:
            self._stop()

    def _stop(self) -> None:
        """End the thread; not in a signal handler that came in the midst of `begin`, which needs it."""
        with self._submitting:
            if self._submissions:
                return
            if not self._is_stopped:
                self._is_stopped = True
                portal = self._portal.result()
                portal.start_task_soon(portal.stop, True)  # noqa: FBT003 -- it cancels what is left
        self._thread.join(_END_TIMEOUT)

    async def _run(self) -> None:
        async with BlockingPortal() as portal:
            self._portal.set_result(portal)
            await portal.sleep_until_stopped()
