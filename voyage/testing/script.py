"""What a test says about a supplier: how it answers from then on."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from voyage.testing.errors import HarnessError
from voyage.testing.hold import Hold
from voyage.testing.ledger import Call, Ledger, Operation
from voyage.testing.waiting import Alive


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; one that is `lost` breaks the connection instead."""

    status: int
    body: dict[str, Any] = field(default_factory=dict)
    lost: bool = False


Act = Callable[[Call], Awaitable[Answer | None]]
"""Answers a call, or None: then what was said before holds for it, too."""


@dataclass
class _Line:
    """One thing that was said, and for how many more calls it holds; None is for all."""

    act: Act
    left: int | None

    def takes(self) -> bool:
        if self.left is None:
            return True
        self.left -= 1
        return self.left >= 0


class ScriptedSupplier:
    """The supplier of one leg. It books everything, as `jeep-1`, `jeep-2`, until the test says otherwise.

    What is said last holds, for so many calls (`times`) or to the test's end; then what was said before it.
    """

    def __init__(self, leg: str, ledger: Ledger, loop: asyncio.AbstractEventLoop, alive: Alive) -> None:
        self.leg = leg
        self._ledger, self._loop, self._alive = ledger, loop, alive
        self._said: dict[Operation, list[_Line]] = {"book": [], "undo": []}
        self._holds: list[Hold] = []
        self._numbers: dict[str, int] = {}

    def refuses(self, text: str = "Refused", *, times: int | None = None) -> None:
        """Refuse to book, for good, with this text."""
        self._say("book", _always(Answer(HTTPStatus.CONFLICT, {"error": text})), times)

    def is_down(self, *, times: int | None = None) -> None:
        """Fail when asked to book, so that the leg is tried again."""
        down = Answer(HTTPStatus.SERVICE_UNAVAILABLE, {"error": f"The supplier of {self.leg} is down"})
        self._say("book", _always(down), times)

    def is_slow(self, seconds: float, *, times: int | None = None) -> None:
        """Wait so long before each booking, which then goes as it was said before."""
        go_on = self._hold("book")

        async def wait(call: Call) -> None:
            with suppress(TimeoutError):
                await asyncio.wait_for(go_on.act(call), seconds)

        self._say("book", wait, times)

    def answers(self, reference: str, *, times: int | None = None) -> None:
        """Book under this reference."""

        async def book(call: Call) -> Answer:
            return self._book(call, reference)

        self._say("book", book, times)

    def loses_the_answer(self, *, times: int = 1) -> None:
        """Book, and break the connection: whoever called doesn't know."""

        async def book(call: Call) -> Answer:
            return Answer(self._book(call).status, lost=True)

        self._say("book", book, times)

    def undo_fails(self, text: str = "Too late to undo", *, times: int | None = None) -> None:
        """Refuse to undo, for good: a person must look; with `times`, so many tries of it fail."""
        status = HTTPStatus.CONFLICT if times is None else HTTPStatus.INTERNAL_SERVER_ERROR
        self._say("undo", _always(Answer(status, {"error": text})), times)

    def holds(self, operation: Operation = "book") -> Hold:
        """Let each call wait until the test says `go_on`."""
        hold = self._hold(operation)
        self._say(operation, hold.act, None)
        return hold

    def behaves(self) -> None:
        """Forget what was said, and let every call go on that waits."""
        for lines in self._said.values():
            lines.clear()
        for hold in self._holds:
            hold.go_on()

    async def answer(self, call: Call) -> Answer:
        """What the call is answered."""
        for line in reversed(self._said[call.operation].copy()):
            if line.takes() and (answer := await line.act(call)):
                return answer
        if call.operation == "book":
            return self._book(call)
        return Answer(HTTPStatus.NO_CONTENT if self._ledger.undo(call) else HTTPStatus.NOT_FOUND)

    def _hold(self, operation: Operation) -> Hold:
        hold = Hold(f"{operation} {self.leg}", self._loop, self._alive)
        self._holds.append(hold)
        return hold

    def _say(self, operation: Operation, act: Act, times: int | None) -> None:
        if times is not None and times < 1:
            raise HarnessError(f"times takes a whole number from 1, not {times}.")
        self._said[operation].append(_Line(act, times))

    def _book(self, call: Call, reference: str = "") -> Answer:
        number = self._numbers.setdefault(call.key, len(self._numbers) + 1)
        booked = self._ledger.book(call, reference or f"{self.leg}-{number}")
        if booked is None:
            return Answer(HTTPStatus.CONFLICT, {"error": "This booking was undone before it came"})
        return Answer(HTTPStatus.CREATED, {"reference": booked})


def _always(answer: Answer) -> Act:
    async def act(_: Call) -> Answer:
        return answer

    return act
