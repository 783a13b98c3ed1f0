"""What Temporal says of its limits: a server that is asked too often is busy, not away."""

import time
from collections.abc import Awaitable, Callable, Coroutine
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from temporalio.service import RPCError, RPCStatusCode

from voyage.runtime.check_results import CheckResult, CheckState
from voyage.runtime.health import Problem

HOLDS = 30.0
"""Seconds for which we count as limited after we were told so, as not every call of ours is refused."""
_FIRST_PAUSE = 5.0  # seconds; they double up to HOLDS
_TO_DO = (
    "Bookings are slow, and none is lost. Raise the limit (frontend.namespaceRPS, or the namespace's own in "
    "Temporal Cloud), or run fewer processes in this namespace"
)
Asked = ParamSpec("Asked")


def is_limit(error: RPCError) -> bool:
    """Whether the server refuses the call because of a limit of requests: it may be asked again, later."""
    return error.status is RPCStatusCode.RESOURCE_EXHAUSTED


class ServerLimit:
    """What one process was told of a limit, so that whatever can wait gives way to bookings."""

    def __init__(self) -> None:
        self._said = ""
        self._told_at = -HOLDS
        self._pause = 0.0

    @property
    def is_reached(self) -> bool:
        """Whether we were told so within the last `HOLDS` seconds."""
        return time.monotonic() - self._told_at < HOLDS

    @property
    def gives_way(self) -> bool:
        """Whether a question that can wait should wait: for a growing time after each refusal."""
        return time.monotonic() - self._told_at < self._pause

    def told(self, said: str) -> None:
        """Note a refused call and the server's words."""
        self._pause = min(self._pause * 2, HOLDS) if self.is_reached else _FIRST_PAUSE
        self._said, self._told_at = said, time.monotonic()

    def lasts(self) -> None:
        """Note a sign that the limit which we were told of still holds."""
        self._told_at = time.monotonic()

    def problem(self) -> Problem | None:
        """The reason why bookings are slow, if they are."""
        if not self.is_reached:
            return None
        return Problem("limited", f"Temporal is at its limit, so bookings are slow: {self._said}")


def or_limited(
    check: Callable[Concatenate[str, Asked], Awaitable[CheckResult]],
) -> Callable[Concatenate[str, Asked], Coroutine[Any, Any, CheckResult]]:
    """The check, which finds the limit if that is what keeps it from its answer."""

    async def checking(name: str, /, *args: Asked.args, **kwargs: Asked.kwargs) -> CheckResult:
        try:
            return await check(name, *args, **kwargs)
        except RPCError as error:
            if not is_limit(error):
                raise
            found = f"Temporal is at its limit ({error.message})"
            return CheckResult(name, CheckState.UNKNOWN, found, _TO_DO)

    update_wrapper(checking, check)
    return checking
