"""What of a trip can be given by itself, read from its JSON schema: `jeep`, `jeep.seats`, `lodge`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voyage.trips import Trip

Json = Mapping[str, Any]
DEEPEST = 4  # names in a place
KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
"""What JSON calls what Python makes of it; None is null."""
_NAME = re.compile(r"[^\W\d_]\w{0,49}")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One place in a trip's JSON. `kinds` are its types in JSON; none of them: it takes whatever comes."""

    place: str
    kinds: frozenset[str]
    choices: tuple[str, ...]
    format: str
    description: str
    default: Any
    is_required: bool

    @property
    def name(self) -> str:
        """The last name of its place."""
        return self.place.rpartition(".")[2]

    @property
    def is_open(self) -> bool:
        """Whether there may be more in it than has a name of its own here."""
        return not self.kinds or bool(self.kinds & {"array", "object"})

    @property
    def is_list(self) -> bool:
        """Whether it is a list, and nothing else but that or null."""
        return self.kinds - {"null"} == {"array"}


def parts_of(trip: type[Trip]) -> list[Part]:
    """Every part of a request for a trip that has a name, each field before what is in it."""
    schema = trip.model_json_schema(mode="validation")
    reader = SchemaReader(schema)
    return [
        part
        for name, written in schema["properties"].items()
        for part in reader.parts(name, [written], is_required=name in schema["required"])
    ]


class SchemaReader:
    """Reads one schema, whose parts refer to each other."""

    def __init__(self, schema: Json) -> None:
        self._defs: Json = schema.get("$defs", {})

    def parts(
        self,
        place: str,
        written: list[Json],
        *,
        is_required: bool,
        is_tag: bool = False,
        above: frozenset[str] = frozenset(),
    ) -> Iterator[Part]:
        """The part at this place, which is written so, or in one of these ways; then what is in it.

        What holds itself is read once: `above` are the references on the way there. A tag, which tells one
        model from the others that may stand there, has to be given whatever its default.
        """
        yield self.part(place, written, is_required=is_required, is_tag=is_tag)
        ways = [way for one in written for way in self.ways(one)]
        here = frozenset().union(*map(_references, written))
        if place.count(".") + 1 < DEEPEST and not here & above:
            tags = {tag for one in written for tag in self._tags(one)}
            for name, inside in _inside(ways).items():
                is_tag = name in tags
                needed = is_required and (is_tag or all(name in way.get("required", ()) for way in ways))
                yield from self.parts(
                    f"{place}.{name}", inside, is_required=needed, is_tag=is_tag, above=above | here
                )

    def part(self, place: str, written: list[Json], *, is_required: bool, is_tag: bool = False) -> Part:
        """The part at this place alone."""
        ways = [way for one in written for way in self.ways(one)]
        return Part(
            place=place,
            kinds=frozenset()
            if any(not _kinds(way) for way in ways)
            else frozenset().union(*map(_kinds, ways)),
            choices=tuple(text for way in ways for text in _choices(way) if isinstance(text, str)),
            format=next((way["format"] for way in ways if "format" in way), ""),
            description=" ".join(written[0].get("description", "").split()),
            default=None if is_tag else written[0].get("default"),
            is_required=is_required,
        )

    def ways(self, written: Json, depth: int = 0) -> Iterator[Json]:
        """What may stand there, without references and alternatives."""
        written = self._referred(written)
        others = _others(written)
        if not others or depth > DEEPEST:
            yield written
        for one in others if depth <= DEEPEST else ():
            yield from self.ways(one, depth + 1)

    def _tags(self, written: Json, depth: int = 0) -> Iterator[str]:
        """The names by which models that may stand there are told from each other."""
        written = self._referred(written)
        if "discriminator" in written:
            yield written["discriminator"]["propertyName"]
        for one in _others(written) if depth <= DEEPEST else ():
            yield from self._tags(one, depth + 1)

    def _referred(self, written: Json) -> Json:
        return {**self._defs[written["$ref"].rpartition("/")[2]], **written} if "$ref" in written else written


def _inside(ways: list[Json]) -> dict[str, list[Json]]:
    """The named parts of objects; one name may be written in several ways."""
    found: dict[str, list[Json]] = {}
    for way in ways:
        for name, written in way.get("properties", {}).items():
            if _NAME.fullmatch(name):
                found.setdefault(name, []).append(written)
    return found


def _references(written: Json) -> frozenset[str]:
    here = frozenset([written["$ref"]] if "$ref" in written else [])
    return here.union(*map(_references, _others(written)))


def _others(written: Json) -> list[Json]:
    return [one for key in ("anyOf", "oneOf", "allOf") for one in written.get(key, ())]


def _kinds(way: Json) -> frozenset[str]:
    kinds = way.get("type", [KINDS.get(type(choice), "null") for choice in _choices(way)])
    return frozenset([kinds] if isinstance(kinds, str) else kinds)


def _choices(way: Json) -> list[Any]:
    return list(way.get("enum", [way["const"]] if "const" in way else []))
