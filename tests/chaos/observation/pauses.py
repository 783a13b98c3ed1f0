"""How long a fault kept bookings from ending. Pure: when answers came → seconds."""

import re
import statistics
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

NO_FAULT = "no fault"


@dataclass(frozen=True)
class Spell:
    """A fault from its beginning to the moment when all was there again, in seconds of the loop's clock."""

    fault: str
    began: float
    ended: float


def pauses(spells: Sequence[Spell], answers: Sequence[float]) -> Mapping[str, Sequence[float]]:
    """The longest time without an answer during each fault and until the first one after it, by its kind.

    A fault after the last answer is left out: nobody waited. Nodes and hosts of one kind are one. What is to
    be compared with is `NO_FAULT`: the longest such time while there was none.
    """
    found = defaultdict(list)
    times = sorted(answers)
    if quiet := [
        later - sooner
        for sooner, later in pairwise(times)
        if not any(spell.began < later and sooner < spell.ended for spell in spells)
    ]:
        found[NO_FAULT].append(round(max(quiet), 1))
    for spell in spells:
        if times and times[0] < spell.began and spell.ended < times[-1]:
            first, last = bisect_left(times, spell.began) - 1, bisect_left(times, spell.ended)
            gaps = [later - sooner for sooner, later in pairwise(times[first : last + 1])]
            found[kind_of(spell.fault)].append(round(max(gaps), 1))
    return found


def kind_of(fault: str) -> str:
    """The fault without the number of its target."""
    return re.sub(r"-\d+", "", fault)


def table(found: Mapping[str, Sequence[float]]) -> list[str]:
    """A line for each kind: how often, the median and the most."""
    rows = sorted(found.items(), key=lambda row: -max(row[1]))
    return [
        f"{kind:24}{len(seconds):4} times, no booking ended for {statistics.median(seconds):5.1f} s, "
        f"at most {max(seconds):5.1f} s"
        for kind, seconds in rows
    ]
