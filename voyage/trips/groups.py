"""Which legs are booked at the same time: those that stand side by side under one word."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")


def groups_of(legs: Iterable[T], together: Callable[[T], str | None]) -> list[list[T]]:
    """The legs in order, those of a group in one list; `together` tells the word that a leg is under."""
    table = list(legs)
    groups = [[leg] for leg in table[:1]]
    for before, leg in pairwise(table):
        if together(leg) is not None and together(leg) == together(before):
            groups[-1].append(leg)
        else:
            groups.append([leg])
    return groups
