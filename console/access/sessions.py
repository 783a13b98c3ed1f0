"""Sessions of browsers, in memory: a random cookie, who it is, and a token that forms must bring back."""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field

LASTS = 12 * 3600.0  # seconds
MOST = 10_000


@dataclass
class Session:
    """One browser; `name` is that of its user, once that is known, and `proof` what let them in."""

    name: str = ""
    proof: str = ""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    began: float = field(default_factory=time.monotonic)
    notices: list[tuple[str, str]] = field(default_factory=list)
    """What is told once on the next page: `done` or `failed`, and a text."""

    def is_token(self, given: str) -> bool:
        """Whether a form brought the token back."""
        return secrets.compare_digest(self.token.encode(), given.encode(errors="replace"))

    def take_notices(self) -> list[tuple[str, str]]:
        """What is to be told, which is then told."""
        told, self.notices = self.notices, []
        return told


class Sessions:
    """Those that last, by the secret in their cookie."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def get(self, secret: str) -> Session | None:
        """The session of a cookie, unless it has ended."""
        session = self._sessions.get(secret)
        if session and time.monotonic() - session.began > LASTS:
            del self._sessions[secret]
            return None
        return session

    def begin(self, name: str = "", proof: str = "") -> tuple[str, Session]:
        """A new one, with the secret for its cookie; the oldest goes if there are too many."""
        secret, session = secrets.token_urlsafe(32), Session(name, proof)
        self._sessions[secret] = session
        if len(self._sessions) > MOST:
            self._sessions.popitem(last=False)
        return secret, session

    def end(self, secret: str) -> None:
        """Forget it."""
        self._sessions.pop(secret, None)
