"""Whether a process grew: what it holds late in its life against what it held earlier."""

import statistics
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from tests.chaos.observation.observed import Sample

LONG_ENOUGH = 120.0  # seconds that a process must live to be judged
RATIO = 1.25
CACHES = frozenset({("temporal", "memory_mib")})
"""What only fills: the dev server's caches grow with its histories, to about a GiB, and then no more."""
ROOM = {"memory_mib": 32.0, "threads": 8.0, "connections": 16.0, "files": 32.0}


def grown(samples: Sequence[Sample]) -> Iterator[str]:
    """One line for each process that never holds as little in its last quarter as it did in its second one.

    The first quarter is warming up. A restarted process is judged anew. What comes with a burst of work, as
    threads do, goes again; what leaks does not.
    """
    one_life = attrgetter("process", "pid")
    for (process, _), group in groupby(sorted(samples, key=attrgetter("process", "pid", "at")), one_life):
        life = list(group)
        if life[-1].at - life[0].at < LONG_ENOUGH:
            continue
        quarter = len(life) // 4
        for what, room in ROOM.items():
            if (process, what) in CACHES:
                continue
            before = statistics.median(getattr(sample, what) for sample in life[quarter : 2 * quarter])
            after = min(getattr(sample, what) for sample in life[-quarter:])
            if after > before * RATIO + room:
                yield f"{process} grew: {what} from {before:.0f} to {after:.0f}"
