"""An event loop in a thread of its own, for whatever must go on while a test waits."""

import asyncio
import threading
from collections.abc import Awaitable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Background:
    """Runs coroutines beside the test's thread, until it is closed."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True, name="voyage-testing")
        self._thread.start()

    def begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Let this run; its outcome is in the future."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def run(self, work: Awaitable[T], within: float) -> T:
        """Its outcome; raises `TimeoutError` after so many seconds."""
        return self.begin(asyncio.wait_for(work, within)).result()

    def close(self) -> None:
        """End the thread, and what still runs in it."""
        self.begin(_end_the_others()).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


async def _end_the_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.wait(others, timeout=5) if others else None
