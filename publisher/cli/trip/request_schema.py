"""Which places a request for a trip has, also within lists and within objects whose keys are free."""

from collections.abc import Iterator
from typing import Any

from publisher.cli.trip.parts import Json, Part, SchemaReader
from publisher.contract.places import INDEX
from voyage.trips import Trip


class RequestSchema:
    """The JSON schema of a request for one trip, asked by place."""

    def __init__(self, trip: type[Trip]) -> None:
        self._whole = trip.model_json_schema(mode="validation")
        self._reader = SchemaReader(self._whole)

    def part(self, place: str) -> Part | None:
        """What is at a place such as `guests.0.name`; None if no request has it."""
        written = self._written(place)
        return self._reader.part(place, written, is_required=False) if place and written else None

    def names(self, place: str = "") -> list[str]:
        """The names of what is declared within a place, or of the fields."""
        ways = [way for one in self._written(place) for way in self._reader.ways(one)]
        return list(dict.fromkeys(name for way in ways for name in way.get("properties", {})))

    def _written(self, place: str) -> list[Json]:
        """The ways in which the schema describes a place."""
        found: list[Json] = [self._whole]
        for step in place.split(".") if place else ():
            ways = [way for one in found for way in self._reader.ways(one)]
            found = [one for way in ways for one in _inside(way, step)]
        return found


def _inside(way: Json, step: str) -> Iterator[Json]:
    """What may stand at one step into what is described so."""
    if not way.keys() & _SAYS_WHAT:
        yield {}
    elif step in way.get("properties", {}):
        yield way["properties"][step]
    elif way.get("type") == "object":
        yield from way.get("patternProperties", {}).values()
        yield from _schemas(way.get("additionalProperties", "properties" not in way))
    elif way.get("type") == "array" and INDEX.fullmatch(step):
        first = way.get("prefixItems", [])
        yield from first[int(step) : int(step) + 1] or _schemas(way.get("items", not first))


_SAYS_WHAT = {"type", "enum", "const", "properties"}


def _schemas(written: Any) -> list[Json]:
    """A schema, which may also be written as True for anything, or False for nothing."""
    return [{} if written is True else written] if written is not False else []
