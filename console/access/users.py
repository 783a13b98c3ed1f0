"""The users in a password file: a line for each, `name:look` or `name:act`, then the hash."""

import asyncio
import logging
import math
import re
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from console.access import passwords
from voyage.errors import SettingsError

log = logging.getLogger(__name__)
_NAME = re.compile(r"[\w.@+-]{1,64}")
_FREE_FAILURES = 3
_LONGEST_PAUSE = 60.0  # seconds
_MOST_REMEMBERED = 1000


class Right(StrEnum):
    """What a user may do: look, or also act."""

    LOOK = "look"
    ACT = "act"


@dataclass(frozen=True)
class User:
    """Somebody who may use the console; the log knows them by their name."""

    name: str
    right: Right

    @property
    def may_act(self) -> bool:
        """Whether they may also change something."""
        return self.right is Right.ACT


@dataclass
class _Failures:
    count: int = 0
    until: float = -math.inf


@dataclass
class PasswordFile:
    """Knows who has which password; the file is read again when it has changed."""

    path: Path
    _read: tuple[float, dict[str, tuple[Right, str]]] = (-1.0, {})
    _told: str = ""
    _failures: OrderedDict[str, _Failures] = field(default_factory=OrderedDict)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    def users(self) -> dict[str, tuple[Right, str]]:
        """Right and hash by name; a file that can't be used any more changes nothing, and is logged once.

        Raises `SettingsError` or `OSError` if there was never one that could.
        """
        try:
            changed = self.path.stat().st_mtime
            if changed != self._read[0]:
                self._read = (changed, read(self.path.read_text(), str(self.path)))
                self._told = ""
        except (SettingsError, OSError, UnicodeDecodeError) as unusable:
            if not self._read[1]:
                raise
            if str(unusable) != self._told:
                self._told = str(unusable)
                log.error("The users stay as they were: %s", unusable)  # noqa: TRY400 -- the text says it all
        return self._read[1]

    def proof(self, name: str) -> str:
        """What a session of this user has, and loses its worth when the password changes."""
        _, hashed = self.users().get(name, (None, ""))
        return hashed

    def user(self, name: str) -> User | None:
        """The user of that name, as the file has them now."""
        known = self.users().get(name)
        return User(name, known[0]) if known else None

    def pause(self, name: str) -> float:
        """For how many seconds nobody may try this name, after passwords that were wrong."""
        failures = self._failures.get(name)
        return max(0.0, failures.until - time.monotonic()) if failures else 0.0

    async def login(self, name: str, password: str) -> User | None:
        """The user, if it is the password; each failure beyond some makes a longer pause."""
        known = self.users().get(name)
        async with self._one_at_a_time:
            is_right = await asyncio.to_thread(passwords.is_right, password, known and known[1])
        if is_right and known:
            self._failures.pop(name, None)
            return User(name, known[0])
        failures = self._failures.setdefault(name, _Failures())
        failures.count += 1
        beyond = failures.count - _FREE_FAILURES
        if beyond >= 0:
            failures.until = time.monotonic() + min(_LONGEST_PAUSE, 2.0**beyond)
        if len(self._failures) > _MOST_REMEMBERED:
            self._failures.popitem(last=False)
        return None


def line_of(name: str, right: Right, password: str) -> str:
    """A line of the file; raises `ValueError` for a name or a password that can't be used."""
    if not _NAME.fullmatch(name):
        raise ValueError("a name has letters, digits and . @ + - _, 64 at most")
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        raise ValueError(f"a password has {passwords.SHORTEST} to {passwords.LONGEST} characters")
    return f"{name}:{right.value}:{passwords.hashed(password)}"


def read(text: str, path: str) -> dict[str, tuple[Right, str]]:
    """Right and hash by name; raises `SettingsError`, which repeats nothing of the file but a number."""
    found: dict[str, tuple[Right, str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, rest = line.strip().partition(":")
        right, _, hashed = rest.partition(":")
        if not _NAME.fullmatch(name) or right not in {*Right} or not passwords.is_hash(hashed):
            raise SettingsError(
                f"VOYAGE_CONSOLE_USERS: line {number} of {path} can't be used. "
                "Make it anew: voyage-console password NAME"
            )
        if name in found:
            raise SettingsError(
                f"VOYAGE_CONSOLE_USERS: line {number} of {path} names a user again. Take the other line out."
            )
        found[name] = (Right(right), hashed)
    if not found:
        raise SettingsError(
            f"VOYAGE_CONSOLE_USERS: {path} has no user. Add one: voyage-console password NAME >> {path}"
        )
    return found
