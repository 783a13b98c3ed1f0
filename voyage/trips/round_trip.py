"""Whether what a trip writes as JSON is what it reads: its client writes, consumer and worker read."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from voyage.trips.example import whole_example_of
from voyage.trips.reading import read_model
from voyage.trips.trip import Trip


def unreadable(trip: type[Trip]) -> Iterator[tuple[str, str]]:
    """The fields whose JSON can't be read again, as far as an example shows, and what to do about each."""
    schema = trip.model_json_schema(mode="serialization")
    for name, part in schema["properties"].items():
        if _masks(part, schema.get("$defs", {})):
            yield name, "a secret is masked in messages, so no supplier would see it; use str"
    example = whole_example_of(trip)
    if example is None:
        return
    try:
        read_model(trip, json.loads(example.to_body()))
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        yield place, f"pydantic writes it as JSON that it doesn't read again ({first['msg']}); let both agree"


def _masks(part: Any, defs: Any, depth: int = 0) -> bool:
    if isinstance(part, list):
        return any(_masks(item, defs, depth) for item in part)
    if not isinstance(part, dict) or depth > 8:  # noqa: PLR2004 -- models may hold themselves
        return False
    if part.get("writeOnly") is True:
        return True
    inside = defs.get(str(part.get("$ref", "")).rpartition("/")[2], {})
    return _masks(inside, defs, depth + 1) or any(_masks(item, defs, depth + 1) for item in part.values())
