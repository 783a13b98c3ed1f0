"""Answers that all browsers share: each question is asked once for all, and not again for a moment."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from console.errors import BUG, KNOWN, in_words

log = logging.getLogger(__name__)
T = TypeVar("T")

MOST = 2000
"""Questions whose answers are kept; the one that was asked longest ago goes first."""

LONGEST = 60.0
"""Seconds after which an answer is no longer waited for."""

REST, LONGEST_REST = 10.0, 10.0
"""How many times as long as an answer took nobody asks again, and for how many seconds at most."""


@dataclass(frozen=True)
class Reading(Generic[T]):
    """The last answer and when it came; with an `error`, asking again has failed since, and why."""

    value: T | None = None
    at: datetime | None = None
    error: str = ""

    @property
    def is_pending(self) -> bool:
        """Whether nothing is known yet, neither an answer nor why there is none."""
        return self.at is None and not self.error


@dataclass
class _Asked:
    reading: Reading[Any]
    asked_at: float = float("-inf")
    rest: float = 0.0
    version: Hashable = None
    task: "asyncio.Task[None] | None" = None


class Shared:
    """Keeps the answers; one question is never asked twice at the same time.

    A server is left in peace for `rest` times as long as an answer took it.
    """

    def __init__(self, rest: float = REST) -> None:
        self._rest = rest
        self._asked: OrderedDict[Hashable, _Asked] = OrderedDict()

    async def get(
        self,
        key: Hashable,
        ask: Callable[[], Awaitable[T]],
        *,
        fresh: float,
        patience: float = 0.0,
        version: Hashable = None,
    ) -> Reading[T]:
        """The answer to a question, asked anew if it is older than `fresh` seconds, or of another `version`.

        Waits for it `patience` seconds at most, and gives what was known before if it takes longer.
        """
        asked = self._asked.setdefault(key, _Asked(Reading()))
        self._asked.move_to_end(key)
        if len(self._asked) > MOST:
            self._asked.popitem(last=False)
        is_old = asked.version != version or time.monotonic() - asked.asked_at >= max(fresh, asked.rest)
        if asked.task is None and is_old:
            asked.version = version
            asked.task = asyncio.create_task(self._ask(asked, ask))
        if asked.task and patience:
            await asyncio.wait([asked.task], timeout=patience)
        return asked.reading

    def last(self, key: Hashable) -> Reading[Any]:
        """What was answered last, without asking."""
        asked = self._asked.get(key)
        return asked.reading if asked else Reading()

    def forget(self, *beginnings: str) -> None:
        """Ask again at once what begins so: somebody has just changed it."""
        for key, asked in self._asked.items():
            if isinstance(key, tuple) and key[0] in beginnings:
                asked.asked_at = float("-inf")

    async def _ask(self, asked: _Asked, ask: Callable[[], Awaitable[Any]]) -> None:
        begun = time.monotonic()
        try:
            async with asyncio.timeout(LONGEST):
                asked.reading = Reading(await ask(), datetime.now(UTC))
        except KNOWN as failure:
            asked.reading = replace(asked.reading, error=in_words(failure))
        except Exception:
            log.exception("A question of the console has failed")
            asked.reading = replace(asked.reading, error=BUG)
        finally:
            asked.rest = min(self._rest * (time.monotonic() - begun), LONGEST_REST)
            asked.asked_at, asked.task = begun, None
