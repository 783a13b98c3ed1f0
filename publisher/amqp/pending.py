"""A request that waits for its answer, and how to send it again to where the answer can reach us."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import copy_context

from publisher.contract.result import BookingResult
from publisher.errors import PublishNackedError, PublishTimeoutError

_PAUSE = 0.5  # seconds before a request that RabbitMQ does not take is sent again
Ask = Callable[[str, str], Awaitable[None]]
"""Sends a request, always under the same booking id, given `reply_to` and `correlation_id`."""


class Pending:
    """One of them; `answer` is its result, or why there will be none."""

    def __init__(self, correlation_id: str, reply_to: str, ask: Ask) -> None:
        self.answer: asyncio.Future[BookingResult] = asyncio.get_running_loop().create_future()
        self.reply_to = reply_to
        self._correlation_id = correlation_id
        self._ask = ask
        self._context = copy_context()  # with the trace of whoever asks
        self._asking: asyncio.Task[None] | None = None

    def ask_again(self, reply_to: str) -> None:
        """Have it answered there; a repeat is recognised by its booking id, and gets the same result."""
        self.end()
        self.reply_to = reply_to
        if not self.answer.done():
            self._asking = asyncio.create_task(self._until_sent(), context=self._context)

    def fail(self, why: Exception) -> None:
        """Let whoever waits know that there will be no answer."""
        if not self.answer.done():
            self.answer.set_exception(why)
            self.answer.exception()  # looked at, in case nobody waits

    def end(self) -> None:
        """Ask no more."""
        if self._asking:
            self._asking.cancel()

    async def ask(self) -> None:
        """Send it; raises as its sending does."""
        await self._ask(self.reply_to, self._correlation_id)

    async def _until_sent(self) -> None:
        while not self.answer.done():
            try:
                await self.ask()
            except (PublishNackedError, PublishTimeoutError):
                await asyncio.sleep(_PAUSE)
            except Exception as failure:  # noqa: BLE001 -- it is for whoever waits
                self.fail(failure)
            else:
                return
