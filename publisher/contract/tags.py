"""What tells one model from others that may stand in the same place: `kind: Literal["card"] = "card"`."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from voyage.trips import Trip


def tags_in(request: Trip, said: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The tags of a request, each with its place, in those fields that are among the JSON `said` of it."""
    names = _names(type(request))
    whole = request.model_dump(mode="json", by_alias=True, include=set(said)) if names else {}
    return [tag for name in sorted(whole) for tag in _tags(said[name], whole[name], names, name)]


def _tags(said: Any, whole: Any, names: frozenset[str], place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(said, dict) and isinstance(whole, dict):
        yield from ((f"{place}.{name}", whole[name]) for name in sorted(names & whole.keys()))
        for name in sorted(said.keys() & whole.keys()):
            yield from _tags(said[name], whole[name], names, f"{place}.{name}")
    elif isinstance(said, list) and isinstance(whole, list):
        for at, (one, other) in enumerate(zip(said, whole, strict=False)):
            yield from _tags(one, other, names, f"{place}.{at}")


@lru_cache(maxsize=128)
def _names(trip: type[Trip]) -> frozenset[str]:
    """The names of tags in the models that a trip holds, as in JSON."""
    schema = trip.model_json_schema(mode="validation")
    models = schema.get("$defs", {}).values()
    fields = [pair for model in models for pair in model.get("properties", {}).items()]
    constant = {name for name, field in fields if "const" in field and "default" in field}
    return frozenset(constant.union(_discriminators(schema)))


def _discriminators(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        given = schema.get("discriminator")
        if isinstance(given, Mapping) and isinstance(given.get("propertyName"), str):
            yield given["propertyName"]
    inside = schema.values() if isinstance(schema, Mapping) else schema if isinstance(schema, list) else ()
    for part in inside:
        yield from _discriminators(part)
