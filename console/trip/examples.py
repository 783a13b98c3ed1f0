"""Three bookings to try: one that works, one that is refused and one that needs several tries."""

from dataclasses import dataclass
from typing import Any

from voyage.trips import Trip
from voyage.trips.errors import DeclarationError
from voyage.trips.example import REFUSED, example_of, with_word

FLAKY = "flaky"
"""Simulated suppliers fail an item that contains this on every try but the last."""
_TRIES = 3


@dataclass(frozen=True)
class Example:
    """A request, what it is called, and what will be seen."""

    name: str
    title: str
    text: str
    request: dict[str, Any]


def examples_of(trip: type[Trip]) -> dict[str, Example]:
    """Those that can be made for this trip, by name."""
    try:
        works = example_of(trip)
    except DeclarationError:
        return {}
    made = (
        Example("works", "One that works", "Every leg is booked at once.", works),
        Example(
            "refused",
            "One that is refused",
            "Simulated suppliers refuse one leg; what was booked before it is undone.",
            with_word(trip, works, REFUSED) or {},
        ),
        Example(
            "flaky",
            "One that is flaky",
            f"One leg fails at first, and is booked on the last of {_TRIES} tries.",
            _tried(with_word(trip, works, FLAKY)),
        ),
    )
    return {one.name: one for one in made if one.request}


def _tried(request: dict[str, Any] | None) -> dict[str, Any]:
    return {**request, "attempts": _TRIES} if request else {}
