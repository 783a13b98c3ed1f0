"""What a run books of a trip: an item for each leg, with a word in it that asks for a fault."""

import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from voyage.trips import Trip
from voyage.trips.example import example_of
from voyage.trips.groups import groups_of
from voyage.trips.trip import ENVELOPE
from voyage.trips.variants import variants

PLAIN = "plain"
ABSENT = 0.5  # of the optional legs, as a share


class Items:
    """The items of one trip, with fault words in them."""

    def __init__(self, trip: type[Trip]) -> None:
        self._trip = trip
        self._example = example_of(trip)
        legs = trip.declared_legs
        self.details = {
            name: value for name, value in self._example.items() if name not in legs and name not in ENVELOPE
        }
        """The trip's fields that are no legs, as far as they are required."""
        self._wordy = [name for name in legs if self._with_word(name, PLAIN) is not None]
        self._optional = [name for name in legs if not trip.model_fields[name].is_required()]

    def draw(self, chance: random.Random, book: str = PLAIN, undo: str | None = None) -> dict[str, Any]:
        """One item for each leg, `book` in one of them; with `undo`, that is in one of an earlier group."""
        legs = [name for name in self._trip.declared_legs if self._is_there(chance, name)]
        words: dict[str, str] = {}
        if undo is not None:
            earlier = {leg: self._before(leg, legs) for leg in self._in(legs)}
            if possible := [leg for leg, others in earlier.items() if others]:
                refused = chance.choice(possible)
                words = {refused: book, chance.choice(earlier[refused]): undo}
        elif book != PLAIN and (possible := self._in(legs)):
            words = {chance.choice(possible): book}
        return {leg: self._item(leg, words.get(leg, PLAIN)) for leg in legs}

    def _is_there(self, chance: random.Random, leg: str) -> bool:
        return leg not in self._optional or chance.random() >= ABSENT

    def _in(self, legs: Sequence[str]) -> list[str]:
        return [leg for leg in legs if leg in self._wordy]

    def _before(self, leg: str, legs: Sequence[str]) -> list[str]:
        """Where the fault of an undo may be, if this leg is refused."""
        group = group_numbers(self._trip)
        return [one for one in self._in(legs) if group[one] < group[leg]]

    def _item(self, leg: str, word: str) -> Any:
        found = self._with_word(leg, word)
        return self._example[leg] if found is None else found

    def _with_word(self, leg: str, word: str) -> Any:
        """An item that has this word in it, if its type takes one."""
        for item in variants(self._example[leg], leg, lambda _: word):
            with suppress(ValidationError):
                self._trip.model_validate({**self._example, leg: item})
                return item
        return None


def group_numbers(trip: type[Trip]) -> Mapping[str, int]:
    """The legs' places in the order of booking; those of one group have the same."""
    legs = trip.declared_legs
    groups = groups_of(legs, lambda name: legs[name].together)
    return {name: number for number, group in enumerate(groups) for name in group}
