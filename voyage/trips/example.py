"""Examples of a trip, made from its JSON schema."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from voyage.trips.errors import DeclarationError
from voyage.trips.making import Maker
from voyage.trips.reading import read_model
from voyage.trips.trip import ENVELOPE, Trip
from voyage.trips.variants import variants

NAME = "John Doe"
REFUSED = "invalid"
"""Simulated suppliers refuse an item that contains this."""


def example_of(trip: type[Trip]) -> dict[str, Any]:
    """A request for this trip, as JSON, with each leg and each other field that is required.

    A field's own `examples` come first. Raises `DeclarationError` if none can be made, with the field's name.
    """
    schema = trip.model_json_schema(mode="validation")
    wanted = [
        name for name in schema["properties"] if name in trip.declared_legs or name in schema["required"]
    ]
    made = _made(schema, wanted)
    try:
        read_model(trip, made)
    except ValidationError as invalid:
        place = ".".join([trip.__name__, *map(str, invalid.errors(include_url=False)[0]["loc"])])
        raise DeclarationError(
            f"{place}: no example can be made of its type; give it one: Annotated[…, Field(examples=[…])]"
        ) from None
    return {name: value for name, value in made.items() if name in ENVELOPE or value is not None}


def with_word(trip: type[Trip], example: dict[str, Any], word: str) -> dict[str, Any] | None:
    """The example with an item that contains the word, in the last leg that can be; None if none can."""
    for name in reversed([name for name in trip.declared_legs if name in example]):
        for item in variants(example[name], name, lambda place: f"{word}-{place.replace('_', '-')}"):
            changed = {**example, name: item}
            try:
                trip.model_validate(changed)
            except ValidationError:
                continue
            return changed
    return None


def tried_examples(trip: type[Trip]) -> list[dict[str, Any]]:
    """JSON to try a declaration with, valid or not: every part, every field, or what is required."""
    schema = trip.model_json_schema(mode="validation")
    every, required = list(schema["properties"]), list(schema["required"])
    ways = [(every, True), (every, False), (required, False)]
    return [
        _made(schema, [name for name in names if name not in ENVELOPE], whole=whole) for names, whole in ways
    ]


def _made(schema: Mapping[str, Any], names: Iterable[str], *, whole: bool = False) -> dict[str, Any]:
    maker = Maker(schema, whole=whole)
    return {
        "name": NAME,
        **{name: maker.value(schema["properties"][name], name) for name in names if name != "name"},
    }
