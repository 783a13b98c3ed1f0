"""Who hears of a booking's outcome: each caller once, and again if it asks later or the outcome changes."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from saga import steps
from saga.models import BookingOutcome, BookingPolicy, ReplyCallback


@dataclass
class _Waiting:
    caller: ReplyCallback
    after_the_end: bool
    asked: int = 1


class Callers:
    """The callers of one booking. Any may join at any time, even while another is being answered."""

    def __init__(self, callers: Iterable[ReplyCallback]) -> None:
        self._waiting = deque(_Waiting(caller, after_the_end=False) for caller in callers)
        self._told: list[ReplyCallback] = []
        self._answering = False

    @property
    def are_waiting(self) -> bool:
        """Whether somebody has yet to be answered."""
        return bool(self._waiting)

    @property
    def any_is_local(self) -> bool:
        """Whether somebody waits who is answered before the server has heard of the end."""
        return any(waiting.caller.local for waiting in self._waiting)

    def join(self, caller: ReplyCallback) -> None:
        """Answer this caller too; one that waits already is the same caller."""
        for waiting in self._waiting:
            if waiting.caller == caller:
                waiting.asked += 1
                return
        self._waiting.append(_Waiting(caller, after_the_end=self._answering))

    async def answer(self, outcome: BookingOutcome, policy: BookingPolicy) -> None:
        """Answer until nobody waits; whoever joined when answers were already going out gets a repeat."""
        self._answering = True
        while self._waiting:
            waiting = self._waiting.popleft()
            if waiting.caller not in self._told:
                self._told.append(waiting.caller)
            await steps.answer(
                waiting.caller, outcome, policy, again=waiting.after_the_end, asked=waiting.asked
            )

    async def answer_all_anew(self, outcome: BookingOutcome, policy: BookingPolicy) -> None:
        """Tell an outcome that replaces the earlier one to everybody who was told that, or waits for it."""
        new = [waiting.caller for waiting in self._waiting if waiting.caller not in self._told]
        self._waiting = deque(_Waiting(caller, after_the_end=False) for caller in [*self._told, *new])
        await self.answer(outcome, policy)
