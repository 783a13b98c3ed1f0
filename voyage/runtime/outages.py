"""What the log says while a server is away: a line at once, at most two more a minute, one at its return."""

import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

SPACING = 30.0  # seconds between two lines that say the same
MINUTE = 60.0
_MOST_OTHERS = 2
_MOST_FIRSTS = 3
_FORGOTTEN_AFTER = 15.0
_WORTH_A_LINE = 0.5


@dataclass
class _Server:
    """What was said of one server, and who can't reach it."""

    missed_by: set[str] = field(default_factory=set)
    since: float | None = None
    is_told: bool = False
    heard: float = 0.0
    last: float = 0.0
    firsts: deque[float] = field(default_factory=deque)
    others: deque[float] = field(default_factory=deque)
    kinds: set[str] = field(default_factory=set)
    left_out: int = 0

    def forget(self) -> None:
        self.since, self.is_told, self.left_out = None, False, 0
        self.kinds.clear()
        self.missed_by.clear()


class Outages:
    """The outages of any number of servers, by their names; every thread may ask."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._servers: defaultdict[str, _Server] = defaultdict(_Server)
        self._lock = threading.Lock()

    def lost(self, server: str, by: str) -> None:
        """Somebody can't reach it, who says when it can again."""
        with self._lock:
            state = self._servers[server]
            state.missed_by.add(by)
            state.since = state.since or self._clock()

    def back(self, server: str, by: str) -> None:
        """Somebody can reach it; a line in the log when the last of those who missed it can."""
        with self._lock:
            state = self._servers.get(server)
            if not state or by not in state.missed_by:
                return
            state.missed_by.discard(by)
            if state.missed_by:
                return
            lasted, is_told, left_out = self._clock() - (state.since or 0.0), state.is_told, state.left_out
            state.forget()
        if is_told and lasted >= _WORTH_A_LINE:
            log.info("%s is back after %.0f s%s", server, lasted, _more(left_out))

    def admit(self, server: str, kind: str, *, is_ours: bool) -> str | None:
        """None for a line that is one too many; else what to add to it.

        A library's own line is let through if nothing was said for a while; ours, if they say something new.
        """
        with self._lock:
            state, now = self._servers[server], self._clock()
            if not state.missed_by and now - state.heard > _FORGOTTEN_AFTER:
                state.forget()
            state.heard, state.since = now, state.since or now
            if not self._is_admitted(state, kind, now, is_ours=is_ours):
                state.left_out += 1
                return None
            state.kinds.add(kind)
            state.last, left_out, state.left_out = now, state.left_out, 0
            return _more(left_out)

    def _is_admitted(self, state: _Server, kind: str, now: float, *, is_ours: bool) -> bool:
        is_first = not state.is_told
        lately, most = (state.firsts, _MOST_FIRSTS) if is_first else (state.others, _MOST_OTHERS)
        while lately and now - lately[0] >= MINUTE:
            lately.popleft()
        is_new = is_ours and kind not in state.kinds
        if len(lately) >= most or not (is_first or is_new or now - state.last >= SPACING):
            return False
        lately.append(now)
        state.is_told = True
        return True


OUTAGES = Outages()
"""Those of this process."""


def blame(error: BaseException, server: str) -> None:
    """Let an error of somebody else's class say that it comes of this server's absence, as ours do."""
    error.away = server  # type: ignore[attr-defined]


def _more(left_out: int) -> str:
    return f" ({left_out} more lines about it are left out)" if left_out else ""
