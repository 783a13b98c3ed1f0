"""Whether what a trip writes as JSON is what it reads: its client writes, consumer and worker read."""

import json
import warnings
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic.json_schema import PydanticJsonSchemaWarning
from pydantic_core import PydanticSerializationError

from voyage.trips.example import examples_of
from voyage.trips.reading import read_model
from voyage.trips.trip import Trip


def unreadable(trip: type[Trip]) -> Iterator[tuple[str, str]]:
    """The fields whose JSON can't be read again, as far as examples show, and what to do about each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PydanticJsonSchemaWarning)  # of defaults, which are tried below
        schema = trip.model_json_schema(mode="serialization")
        examples = examples_of(trip)
    for name, part in schema["properties"].items():
        if _masks(part, schema.get("$defs", {})):
            yield name, "a secret is masked in messages, so no supplier would see it; use str"
    for example in examples:
        yield from _lost(example)


def _lost(example: Trip) -> Iterator[tuple[str, str]]:
    for name in type(example).model_fields:
        try:
            example.model_dump_json(include={name})
        except PydanticSerializationError as failed:
            yield name, f"can't be written as JSON ({failed}); use a type and a default that can"
            return
    try:
        read_model(type(example), json.loads(example.to_body()))
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
