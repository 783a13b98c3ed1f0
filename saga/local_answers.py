"""Answers that a worker gives itself, where it runs in one process with whoever can give them."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from saga.models import BookingOutcome, ReplyCallback

Answerer = Callable[[BookingOutcome, dict[str, Any], bool], Awaitable[None]]
ANSWER_HERE = "answer_here"
_REMEMBERED_RUNS = 4096
"""Far more than can have answered and not yet ended: a booking ends within milliseconds of its answer."""


@dataclass
class _Given:
    """The answers that one run of a booking gave here, by step: a hash of each, to take little memory."""

    by_step: dict[str, int] = field(default_factory=dict)
    redone: bool = False


class LocalAnswers:
    """The local activity behind a reply callback that is `local`; `answerers` is keyed by callback activity.

    Every worker has it, also one with no answerers: what it can't do then is in the booking's history, so
    that workers of both kinds may serve one task queue.

    A signal that reaches the server between an answer and the end of its booking makes the server refuse that
    end, and Temporal do the step anew with the signal in front of it. So what was given here is remembered:
    nobody is told twice unless he asked twice, and who asked after an answer gets a repeat.
    """

    def __init__(self, answerers: Mapping[str, Answerer]) -> None:
        self._answerers = answerers
        self._runs: OrderedDict[str, _Given] = OrderedDict()

    @activity.defn(name=ANSWER_HERE)
    async def answer(
        self,
        caller: ReplyCallback,
        outcome: BookingOutcome,
        again: bool,  # noqa: FBT001 -- Temporal passes arguments by position
        asked: int,
    ) -> None:
        """Answer, or fail: the callback's own activity then does it, on its task queue."""
        answerer = self._answerers.get(caller.activity)
        if answerer is None:
            raise ApplicationError(f"{caller.activity} is not done by this worker", non_retryable=True)
        info = activity.info()
        given = self._given(str(info.workflow_run_id))
        before, now = given.by_step.get(info.activity_id), hash(repr((outcome, caller, asked)))
        given.redone |= before is not None
        if before != now:
            await answerer(outcome, dict(caller.context), again or given.redone)
            given.by_step[info.activity_id] = now

    def _given(self, run_id: str) -> _Given:
        given = self._runs.setdefault(run_id, _Given())
        if len(self._runs) > _REMEMBERED_RUNS:
            self._runs.popitem(last=False)
        return given
