"""One target of the hunt: which cases there are, and what must hold for each."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class Target:
    """A rule to be broken: `check` raises `AssertionError` for a case for which it doesn't hold.

    `examples`: how many of its cases fit in some seconds, for the hunt of `make test`. `shrinks`: whether a
    case that breaks it is made smaller, which takes as many tries again.
    """

    name: str
    cases: SearchStrategy[Any]
    check: Callable[[Any], None]
    examples: int
    shrinks: bool = True


def hunt(target: Target, number: int, examples: int | None = None) -> int:
    """Try so many cases, drawn by this seed; raises with the smallest case that breaks the rule."""
    tried = 0

    def check(case: Any) -> None:
        nonlocal tried
        tried += 1
        target.check(case)

    limits = settings(
        max_examples=examples or target.examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=list(Phase) if target.shrinks else [Phase.generate],
    )
    seed(number)(limits(given(target.cases)(check)))()
    return tried


def hunt_for(target: Target, number: int, seconds: float) -> int:
    """Try cases for so long, under one seed after the other; how many they were."""
    ends, tried = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        tried += hunt(target, number + tried)
    return tried
