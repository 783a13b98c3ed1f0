"""A form for a trip: a field for each part that can be given by itself, and the request that it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from console.facts.kept_view import typed
from publisher.cli.trip.parts import Part, parts_of
from publisher.cli.trip.values import value_of
from publisher.contract.places import NoPlaceError, mistakes, with_changes
from voyage.trips import Trip
from voyage.trips.reading import read_model

LONGEST = 10_000  # characters of one field
LAST = ("attempts", "booking_id", "deadline")
_NUMBERS = frozenset({"integer", "number"})


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field as it is shown: `kind` is `text`, `choice`, `lines` (one item each) or `json`."""

    place: str
    label: str
    kind: str
    help: str
    choices: tuple[str, ...] = ()
    is_number: bool = False
    is_required: bool = False
    is_leg: bool = False
    placeholder: str = ""
    value: str = ""
    mistake: str = ""

    @property
    def id(self) -> str:
        """Its id in the page."""
        return "field-" + self.place.replace(".", "-")


@dataclass(frozen=True)
class Filled:
    """What somebody typed: the request that it makes, or the fields with what is wrong."""

    fields: tuple[Field, ...]
    request: Trip | None = None
    mistake: str = ""


class TripForm:
    """The form of one trip."""

    def __init__(self, trip: type[Trip]) -> None:
        self._trip = trip
        parts = parts_of(trip)
        wholes = {part.place.rpartition(".")[0] for part in parts}
        self._needed = [part.place for part in parts if part.place in wholes and part.is_required]
        own = [part for part in parts if part.place not in wholes]
        own.sort(key=lambda part: part.place in LAST)
        self._parts = {part.place: part for part in own}

    def fields(self, given: Mapping[str, str] | None = None) -> tuple[Field, ...]:
        """The fields, with these values by place."""
        known = given or {}
        return tuple(self._field(part, known.get(place, "")) for place, part in self._parts.items())

    def of(self, as_json: Mapping[str, Any]) -> dict[str, str]:
        """What would have to be typed for this request, by place."""
        found = {place: _at(as_json, place.split(".")) for place in self._parts}
        return {place: self._typed(place, value) for place, value in found.items() if value is not None}

    def read(self, given: Mapping[str, str]) -> Filled:
        """The request that was typed, with an id of its own if it has none."""
        fields = self.fields(given)
        body: dict[str, Any] = {}
        try:
            for place in self._needed:  # all that is in it may be left out
                body = with_changes(body, {place: {}})
            for place, part in self._parts.items():
                if text := given.get(place, "")[:LONGEST].strip():
                    body = with_changes(body, {place: _value(part, text)})
        except NoPlaceError as missing:
            return Filled(fields, mistake=f"{missing} can't be given so")
        body.setdefault("booking_id", uuid4().hex)
        try:
            return Filled(fields, read_model(self._trip, body))
        except ValidationError as invalid:
            return self._with_mistakes(fields, mistakes(invalid, body))

    def _with_mistakes(self, fields: tuple[Field, ...], found: list[tuple[str, str]]) -> Filled:
        by_place = dict(reversed(found))
        shown = tuple(replace(one, mistake=by_place.get(one.place, "")) for one in fields)
        others = [f"{place}: {text}" if place else text for place, text in found if place not in self._parts]
        return Filled(shown, mistake="; ".join(others) or "Some fields can't be booked so.")

    def _field(self, part: Part, value: str) -> Field:
        kinds = part.kinds - {"null"}
        kind = "text"
        if (kinds == {"string"} and part.choices) or kinds == {"boolean"}:
            kind = "choice"
        elif part.is_list:
            kind = "lines"
        elif not kinds or "object" in kinds:
            kind = "json"
        return Field(
            place=part.place,
            label=_label(part.place),
            kind=kind,
            help=part.description,
            choices=("true", "false") if kinds == {"boolean"} else part.choices,
            is_number=bool(kinds) and kinds <= _NUMBERS,
            is_required=part.is_required,
            is_leg=part.place.partition(".")[0] in self._trip.declared_legs,
            placeholder="" if part.default in (None, "") else typed(part.default),
            value=value,
        )

    def _typed(self, place: str, value: Any) -> str:
        if self._parts[place].is_list and isinstance(value, list):
            return "\n".join(typed(one) for one in value)
        return typed(value)


def _value(part: Part, text: str) -> Any:
    return value_of(part, text.splitlines() if part.is_list else text)


def _at(inside: Any, steps: list[str]) -> Any:
    for step in steps:
        inside = inside.get(step) if isinstance(inside, Mapping) else None
    return inside


def _label(place: str) -> str:
    words = place.replace(".", ": ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]
