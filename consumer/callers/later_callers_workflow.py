"""The workflow that holds callers whom a booking's own workflow has no room for; see `later_callers.py`."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy

from saga.models import BookingOutcome

AWAIT, TELL = "await_booking", "publish_results"
BATCH = 100
"""Callers who are told by one activity."""
_LOOK = timedelta(minutes=1)
_TELLING = timedelta(minutes=10)
HEARTBEAT = timedelta(seconds=10)
_PATIENT = RetryPolicy(maximum_interval=timedelta(seconds=30))
# A look costs the server little and no history: it is a further try of the same activity.
_LOOKS = RetryPolicy(backoff_coefficient=1.5, maximum_interval=timedelta(seconds=10))

Context = dict[str, Any]
"""What a caller's reply callback holds: a reply address, as `ReplyAddress.from_context` reads it."""


@dataclass(frozen=True)
class News:
    """An outcome of a booking: its last one, or one that a person may replace; None if it has none."""

    outcome: BookingOutcome | None
    is_last: bool
    was_known: bool = False
    """Whether others had been told it when the first caller came here, who so asks again."""


@workflow.defn
class LaterCallersWorkflow:
    """Holds later callers of one booking, and tells each of them its outcome as the booking itself would."""

    @workflow.init
    def __init__(self, booking: str) -> None:
        self._booking = booking
        self._waiting: list[tuple[Context, bool]] = []
        self._told: list[Context] = []
        self._revision = 0
        self._under_way = 0

    @workflow.run
    async def run(self, booking: str) -> None:  # noqa: ARG002 -- in __init__
        """Return when the booking has ended, and everybody who waits here knows."""
        async with asyncio.TaskGroup() as telling:
            news = await self._news()
            while not news.is_last:
                news = await self._tell_until_next(news, telling)
            self._take_up(news)
            while news.outcome and (self._waiting or self._under_way):
                self._tell_waiting(news, telling)
                await workflow.wait_condition(lambda: bool(self._waiting) or not self._under_way)

    @workflow.signal
    def join(self, context: Context) -> None:
        """Tell this one too; one that waits already is the same caller."""
        if context not in (waiting for waiting, _ in self._waiting):
            self._waiting.append((context, self._revision > 0))

    async def _news(self) -> News:
        news: News = await workflow.execute_activity(
            AWAIT,
            args=[self._booking, self._revision],
            result_type=News,
            start_to_close_timeout=_LOOK,
            retry_policy=_LOOKS,
            summary="Wait for the booking's outcome",
        )
        return news

    async def _tell_until_next(self, news: News, telling: asyncio.TaskGroup) -> News:
        """Tell an outcome to everybody who waits or comes, until there is one that replaces it."""
        self._take_up(news)
        following = telling.create_task(self._news())
        while not following.done():
            self._tell_waiting(news, telling)
            await workflow.wait_condition(lambda: following.done() or bool(self._waiting))
        return following.result()

    def _take_up(self, news: News) -> None:
        """Whoever was told an outcome that this one replaces waits anew."""
        if news.outcome and news.outcome.revision > self._revision:
            new = [context for context, _ in self._waiting if context not in self._told]
            again = news.was_known and not self._told
            self._waiting = [(context, again) for context in [*self._told, *new]]
            self._revision = news.outcome.revision

    def _tell_waiting(self, news: News, telling: asyncio.TaskGroup) -> None:
        for again in (False, True):
            contexts = [context for context, late in self._waiting if late is again]
            for first in range(0, len(contexts), BATCH):
                self._under_way += 1
                telling.create_task(self._tell(news, contexts[first : first + BATCH], again=again))
            self._told += [context for context in contexts if context not in self._told]
        self._waiting = []

    async def _tell(self, news: News, contexts: list[Context], *, again: bool) -> None:
        await workflow.execute_activity(
            TELL,
            args=[news.outcome, contexts, again],
            start_to_close_timeout=_TELLING,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=_PATIENT,
            summary=f"Reply to {len(contexts)} clients",
        )
        self._under_way -= 1
