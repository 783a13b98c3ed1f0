"""How much one owner may ask of a deployment at a time, as it is set."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from voyage.trips.booking_ids import owner_id

MOST_HELD = 2000
"""How many messages of a queue of requests beyond a quota one consumer holds, of all owners."""
LEAST_RATE, MOST = 0.001, 1_000_000
_ENTRY = re.compile(r"""(?P<user>[^\s=;,'"]+)=(?P<rate>[0-9]+(\.[0-9]+)?|-)/(?P<open>[0-9]+|-)""", re.ASCII)
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
        return " and ".join(filter(None, (rate, most))) or "no quota"


def read(text: str) -> Mapping[str, Quota]:
    """The quotas of some owners, by their ids; raises `ValueError`, which repeats nothing of it."""
    found: dict[str, Quota] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        owner, quota = _read(entry)
        if owner in found:
            raise ValueError("names a user twice")
        found[owner] = quota
    return found


def _read(entry: str) -> tuple[str, Quota]:
    parts = _ENTRY.fullmatch(entry)
    if not parts:
        raise ValueError(_FORM)
    rate = None if parts["rate"] == "-" else float(parts["rate"])
    most = None if parts["open"] == "-" else int(parts["open"])
    if not (LEAST_RATE <= (LEAST_RATE if rate is None else rate) <= MOST):
        raise ValueError(f"takes rates from {LEAST_RATE} to {MOST} requests a second")
    if not (1 <= (1 if most is None else most) <= MOST):
        raise ValueError(f"takes 1 to {MOST} open bookings")
    return owner_id(parts["user"]), Quota(rate=rate, open=most)
