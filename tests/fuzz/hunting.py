"""One target of the hunt: which cases there are, and what must hold for each."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

ENOUGH = 5  # findings of one target, after which more say nothing new
LONGEST_TEXT = 6000


@dataclass
class Tally:
    """What was tried, and how often; what broke a rule; and figures that are told."""

    tried: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        tried = ", ".join(f"{number:,} {what}" for what, number in self.tried.items()) or "nothing"
        return "\n  ".join([f"{tried}: {len(self.found)} found", *self.told, *self.found])


Check = Callable[[Any], None]
Open = Callable[[Tally], AbstractContextManager[Check]]


@dataclass(frozen=True)
class Target:
    """A rule to be broken. `opened` gives the check of one case for as long as it is needed.

    A check counts what it tries; it raises for a case that breaks the rule, or notes what it found and goes
    on. `examples`: how many cases fit in some seconds, for the hunt of `make test`. `shrinks`: whether a case
    that breaks the rule is made smaller, which takes as many tries again. `share`: of a long hunt.
    """

    name: str
    cases: SearchStrategy[Any]
    opened: Open
    examples: int
    shrinks: bool = True
    share: int = 1
    over_servers: bool = False


def each(check: Check, what: str) -> Open:
    """A check that needs nothing but its case."""

    @contextmanager
    def opened(tally: Tally) -> Iterator[Check]:
        def counted(case: Any) -> None:
            tally.tried[what] += 1
            check(case)

        yield counted

    return opened


def hunt(target: Target, number: int, examples: int | None = None) -> Tally:
    """Try so many cases, drawn by this seed."""
    tally = Tally()
    with target.opened(tally) as check:
        _try(target, number, (check, tally), examples or target.examples)
    return tally


def hunt_for(target: Target, number: int, seconds: float) -> Tally:
    """Try cases for so long, under one seed after the other, or until enough is found."""
    tally = Tally()
    with target.opened(tally) as check:
        ends = time.monotonic() + seconds

        def until_the_end(case: Any) -> None:
            if time.monotonic() < ends or tally.found:
                check(case)

        while time.monotonic() < ends and len(tally.found) < (1 if target.shrinks else ENOUGH):
            _try(target, number, (until_the_end, tally), target.examples)
            number += 1
    return tally


def _try(target: Target, number: int, how: tuple[Check, Tally], examples: int) -> None:
    check, tally = how
    limits = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if target.shrinks else [Phase.generate],
    )
    before = len(tally.found)
    try:
        seed(number)(limits(given(target.cases)(check)))()
    except Exception as broken:  # noqa: BLE001 -- whatever it is, it is what the hunt is for
        tally.found.append("\n".join(map(_cut, [*_causes(broken), *getattr(broken, "__notes__", [])])))
    again = f"--seed {number} --only {target.name!r}"
    tally.found[before:] = [f"{again}: {text[:LONGEST_TEXT]}" for text in tally.found[before:]]


def _causes(broken: Exception) -> list[str]:
    """What was raised; hypothesis packs what it doesn't see again when it tries again."""
    inner = broken.exceptions if isinstance(broken, ExceptionGroup) else [broken]
    return [repr(one) for one in inner]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT // 3 else f"{text[: LONGEST_TEXT // 3]}…"
