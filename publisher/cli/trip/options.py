"""The options of `voyage book` for a trip: their names, what their help says, and what was given by them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from inspect import Parameter
from typing import Annotated, Any

import typer

from publisher.cli.trip.parts import Part, parts_of
from publisher.cli.trip.values import value_of, why_no_json
from publisher.contract.places import Json, with_changes
from voyage.trips import Trip
from voyage.trips.trip import ENVELOPE

LONGEST_DEFAULT = 40  # characters
LONGEST_CHOICES = 30
Given = Mapping[str, str | Sequence[str] | None]


class TripOptions:
    """An option for each part of a trip; `taken` are the names of the command's other options."""

    def __init__(self, trip: type[Trip], taken: Iterable[str]) -> None:
        self._trip = trip
        self._parts = [part for part in parts_of(trip) if part.place.partition(".")[0] not in ENVELOPE]
        self._wholes = {part.place.rpartition(".")[0] for part in self._parts}
        self._names: dict[str, str] = {}
        for part in self._parts:
            self._names[part.place] = _free_name(part.place, {*taken, *self._names.values()})

    def keyed(self) -> Iterable[tuple[str, Part]]:
        """The parts by the names of their parameters: those of the fields could be the function's own."""
        return ((f"part_{number}", part) for number, part in enumerate(self._parts))

    def parameters(self) -> list[Parameter]:
        """The options as parameters of a function, in the order of the declaration."""
        return [self._parameter(key, part) for key, part in self.keyed()]

    def body(self, given: Given) -> Json:
        """The JSON of a request, from what was given by these parameters."""
        body: Json = {}
        for key, part in self.keyed():
            typed = given.get(key)
            if typed is None or (part.is_list and not typed):
                continue
            self._check_whole(part, body)
            body = with_changes(body, {part.place: value_of(part, typed)})
        return body

    def complaint(self, place: str, text: str, given: Json) -> tuple[str, str]:
        """The option for a place in what was given, and what to say of it."""
        option, deeper = place, ""
        while option not in self._names and "." in option:
            option, _, step = option.rpartition(".")
            deeper = f"{step}.{deeper}" if deeper else step
        broken = (
            isinstance(given.get(option), str) and self._takes_json(option) and why_no_json(given[option])
        )
        said = f"takes JSON; {broken}" if broken else f"{deeper}: {text}" if deeper else text
        return self.name(option), said

    def name(self, place: str) -> str:
        """How the option for a part is called, or for what every request says."""
        return self._names.get(place, f"--{place.replace('_', '-')}")

    def shown(self, place: str) -> str:
        """An option with what stands for its value."""
        part = next(part for part in self._parts if part.place == place)
        return f"{self._names[place]} {self._metavar(part)}"

    def _parameter(self, key: str, part: Part) -> Parameter:
        kind: Any = list[str] if part.is_list else str
        needed = part.is_required and "." not in part.place and part.place not in self._wholes
        option = typer.Option(
            self._names[part.place], metavar=self._metavar(part), help=self._help(part, needed)
        )
        return Parameter(
            key,
            Parameter.KEYWORD_ONLY,
            default=Parameter.empty if needed else None,
            annotation=Annotated[kind if needed else kind | None, option],
        )

    def _metavar(self, part: Part) -> str:
        kinds = part.kinds - {"null"}
        if not kinds or "object" in kinds:
            return "JSON"
        if kinds == {"string"}:
            choices = "|".join(part.choices)
            if choices and len(choices) <= LONGEST_CHOICES:
                return choices
            is_leg = part.place in self._trip.declared_legs
            return {"date": "DATE", "date-time": "TIME"}.get(part.format, "ITEM" if is_leg else "TEXT")
        if kinds <= {"integer", "number", "string"}:
            return "N" if kinds == {"integer"} else "NUMBER"
        return "true|false" if kinds == {"boolean"} else "VALUE"

    def _help(self, part: Part, needed: bool) -> str:  # noqa: FBT001
        leg = self._trip.declared_legs.get(part.place)
        text = (leg.help if leg else "") or part.description or _sentence(part, is_leg=leg is not None)
        more = [" Whole, or by its parts."] if part.place in self._wholes else []
        more += [" May be given more than once."] if part.is_list else []
        if more and not text.endswith((".", "!", "?", "…", "。")):
            text += "."
        text += "".join(more)
        if part.is_required and not needed:
            text += "  [required]"
        if part.default not in (None, ""):
            shown = part.default if isinstance(part.default, str) else json.dumps(part.default)
            text += f"  [default: {shown[:LONGEST_DEFAULT]}]"
        return text

    def _takes_json(self, place: str) -> bool:
        kinds = next((part.kinds for part in self._parts if part.place == place), frozenset())
        return bool(kinds) and kinds <= {"object", "array", "null"}

    def _check_whole(self, part: Part, body: Json) -> None:
        """Complain if a part is given of what was given as something else than an object."""
        inside: Any = body
        above = ""
        for name in part.place.split(".")[:-1]:
            above = f"{above}.{name}" if above else name
            inside = inside.get(name)
            if inside is None:
                return
            if not isinstance(inside, dict):
                raise typer.BadParameter(
                    f"takes a JSON object, beside {self._names[part.place]}", param_hint=self._names[above]
                )


def _free_name(place: str, taken: set[str]) -> str:
    """`class_` is `--class`, unless that is another option."""
    short = "--" + ".".join(name.strip("_").replace("_", "-") for name in place.split("."))
    return short if short not in taken else f"--{place}"


def _sentence(part: Part, *, is_leg: bool) -> str:
    words = part.name.strip("_").replace("_", " ")
    return f"The {words} to book." if is_leg else f"{words.capitalize()}."
