"""Replies that a worker gives itself, where it runs in one process with whoever can give them."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from saga.models import BookingOutcome, ReplyCallback

ReplyHandler = Callable[[BookingOutcome, dict[str, Any], bool], Awaitable[None]]
REPLY_LOCALLY = "reply_locally"
_REMEMBERED_RUNS = 4096
"""Far more than can have replied and not yet ended: a booking ends within milliseconds of its reply."""


@dataclass
class _Given:
    """The replies that one run of a booking gave here, by activity: a hash of each, to take little memory."""

    by_activity: dict[str, int] = field(default_factory=dict)
    redone: bool = False


class LocalReplies:
    """The local activity behind a reply callback that is `local`; `handlers` is keyed by callback activity.

    Every worker has it, also one with no handlers: what it can't do then is in the booking's history, so
    that workers of both kinds may serve one task queue.

    A signal that reaches the server between a reply and the end of its booking makes the server refuse that
    end, and Temporal do the task anew with the signal in front of it. So what was given here is remembered:
    nobody is told twice unless he asked twice, and who asked after a reply gets a repeat.
    """

    def __init__(self, handlers: Mapping[str, ReplyHandler]) -> None:
        self._handlers = handlers
        self._runs: OrderedDict[str, _Given] = OrderedDict()

    @activity.defn(name=REPLY_LOCALLY)
    async def reply(
        self,
        callback: ReplyCallback,
        outcome: BookingOutcome,
        again: bool,  # noqa: FBT001 -- Temporal passes arguments by position
        asked: int,
    ) -> None:
        """Reply, or fail: the callback's own activity then does it, on its task queue."""
        handler = self._handlers.get(callback.activity)
        if handler is None:
            raise ApplicationError(f"{callback.activity} is not done by this worker", non_retryable=True)
        info = activity.info()
        given = self._given(str(info.workflow_run_id))
        before, now = given.by_activity.get(info.activity_id), hash(repr((outcome, callback, asked)))
        given.redone |= before is not None
        if before != now:
            await handler(outcome, dict(callback.context), again or given.redone)
            given.by_activity[info.activity_id] = now

    def _given(self, run_id: str) -> _Given:
        given = self._runs.setdefault(run_id, _Given())
        if len(self._runs) > _REMEMBERED_RUNS:
            self._runs.popitem(last=False)
        return given
