"""Suppliers whose methods are plain (no `async`): each call has a thread, so that it may block."""

import asyncio
import contextvars
import inspect
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from types import TracebackType
from typing import Any, Protocol, Self, cast

from saga.errors import SupplierUnavailableError
from saga.suppliers.supplier import Supplier, SupplierCall

THREADS = 40
POOL_TIMEOUT = 2.0


class AsyncSupplier(Protocol):
    """A supplier that can be awaited; what it returns is not checked."""

    async def book(self, call: SupplierCall) -> Any:
        """Book."""
        ...

    async def undo(self, call: SupplierCall) -> Any:
        """Undo."""
        ...


def accept_plain_methods(
    supplier: Supplier, threads: int = THREADS, pool_timeout: float = POOL_TIMEOUT
) -> AsyncSupplier:
    """The supplier itself if its methods are `async`; else one that calls the plain ones in threads."""
    methods = (getattr(supplier, name, None) for name in ("book", "undo"))
    if isinstance(supplier, InThreads) or all(inspect.iscoroutinefunction(method) for method in methods):
        return cast("AsyncSupplier", supplier)
    return InThreads(supplier, threads, pool_timeout)


def name_of(supplier: object) -> str:
    """The supplier's class, as its author named it."""
    return type(supplier.plugin if isinstance(supplier, InThreads) else supplier).__name__[:100]


class InThreads:
    """Calls a supplier's plain methods in threads, at most `threads` at a time.

    A call that nobody waits for any more keeps its thread until it returns: Python can't end a thread.
    The threads never keep the process from ending.
    """

    def __init__(self, plugin: Supplier, threads: int, pool_timeout: float) -> None:
        self.plugin = plugin
        self._threads = threads
        self._pool_timeout = pool_timeout
        self._free = asyncio.Semaphore(threads)
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if isinstance(self.plugin, AbstractAsyncContextManager):
            await self._opened.enter_async_context(self.plugin)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    async def book(self, call: SupplierCall) -> Any:
        """What the supplier's `book` returns; the saga checks it."""
        return await self._invoke(self.plugin.book, call)

    async def undo(self, call: SupplierCall) -> Any:
        """What the supplier's `undo` returns, which means nothing."""
        return await self._invoke(self.plugin.undo, call)

    async def _invoke(self, method: Callable[[SupplierCall], Any], call: SupplierCall) -> Any:
        if inspect.iscoroutinefunction(method):
            return await method(call)
        answer, error = await self.in_thread(method, call)
        if error:
            raise error
        return await answer if inspect.isawaitable(answer) else answer

    async def in_thread(
        self, method: Callable[[SupplierCall], Any], call: SupplierCall
    ) -> tuple[Any, BaseException | None]:
        """What the plain method returned or raised, as a value: not every exception fits into a future."""
        try:
            async with asyncio.timeout(self._pool_timeout):
                await self._free.acquire()
        except TimeoutError:
            raise SupplierUnavailableError(
                f"{name_of(self)}: all {self._threads} threads are taken by calls that have not returned"
            ) from None
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()
        ended: asyncio.Future[tuple[Any, BaseException | None]] = loop.create_future()

        def finish(outcome: tuple[Any, BaseException | None]) -> None:
            self._free.release()
            if not ended.done():
                ended.set_result(outcome)

        def run() -> None:
            try:
                outcome: tuple[Any, BaseException | None] = (context.run(method, call), None)
            except BaseException as error:  # noqa: BLE001 -- whatever it raises is a failed try
                outcome = (None, error)
            with suppress(RuntimeError):  # the loop has been closed meanwhile
                loop.call_soon_threadsafe(finish, outcome)

        try:
            threading.Thread(target=run, daemon=True, name=f"{name_of(self)} {call.leg}").start()
        except BaseException:
            self._free.release()
            raise
        return await ended
