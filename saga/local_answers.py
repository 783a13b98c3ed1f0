"""Answers that a worker gives itself, where it runs in one process with whoever can give them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from saga.models import BookingOutcome, ReplyCallback

Answerer = Callable[[BookingOutcome, dict[str, Any], bool], Awaitable[None]]
ANSWER_HERE = "answer_here"


class LocalAnswers:
    """The local activity behind a reply callback that is `local`; `answerers` is keyed by callback activity.

    Every worker has it, also one with no answerers: what it can't do then is in the booking's history, so
    that workers of both kinds may serve one task queue.
    """

    def __init__(self, answerers: Mapping[str, Answerer]) -> None:
        self._answerers = answerers

    @activity.defn(name=ANSWER_HERE)
    async def answer(
        self,
        caller: ReplyCallback,
        outcome: BookingOutcome,
        again: bool,  # noqa: FBT001 -- Temporal passes arguments by position
    ) -> None:
        """Answer, or fail: the callback's own activity then does it, on its task queue."""
        answerer = self._answerers.get(caller.activity)
        if answerer is None:
            raise ApplicationError(f"{caller.activity} is not done by this worker", non_retryable=True)
        await answerer(outcome, dict(caller.context), again)
