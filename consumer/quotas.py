"""How much one owner may ask of a deployment at a time, as it is set."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from voyage.trips.booking_ids import owner_id

MOST_HELD = 2000
"""How many messages of a queue of requests beyond a quota one consumer holds, of all owners."""
_NONE = "-"
_FORM = "takes <user>=<requests a second>/<open bookings>, and - for no limit: batch=2/100,partner=50/-"


@dataclass(frozen=True, kw_only=True)
class Quota:
    """What one owner may have; None: as much as he likes."""

    rate: float | None = None
    """Requests a second."""
    open: int | None = None
    """Bookings that have begun and not ended."""

    @property
    def limits(self) -> bool:
        """Whether there is anything that he may not."""
        return self.rate is not None or self.open is not None

    def __str__(self) -> str:
        """In words for people."""
        rate = None if self.rate is None else f"{self.rate:g} requests a second"
        most = None if self.open is None else f"{self.open} open bookings"
        return " and ".join(filter(None, (rate, most)))


def read(text: str) -> Mapping[str, Quota]:
    """The quotas of some owners, by their ids; raises `ValueError`, which repeats nothing of it."""
    named = (entry.strip().rpartition("=") for entry in text.split(",") if entry.strip())
    return {owner_id(user.strip()): _quota(limits) for user, _, limits in named if _is_named(user)}


def _is_named(user: str) -> bool:
    if not user.strip():
        raise ValueError(_FORM)
    return True


def _quota(limits: str) -> Quota:
    rate, slash, most = map(str.strip, limits.partition("/"))
    try:
        quota = Quota(rate=None if rate == _NONE else float(rate), open=None if most == _NONE else int(most))
    except ValueError:
        raise ValueError(_FORM) from None
    is_rate = quota.rate is None or (math.isfinite(quota.rate) and quota.rate > 0)
    if not slash or not is_rate or (quota.open is not None and quota.open < 1):
        raise ValueError(_FORM)
    return quota
