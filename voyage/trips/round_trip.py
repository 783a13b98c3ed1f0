"""Whether what a trip writes as JSON is what it reads: its client writes, consumer and worker read."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from voyage.trips.errors import BooksNothingError
from voyage.trips.example import tried_examples
from voyage.trips.reading import read_model
from voyage.trips.rereading import as_written, first_change, first_lost, first_mistake, told
from voyage.trips.trip import Trip

Mistakes = Iterator[tuple[str, str]]
_FORGOTTEN = (
    "its validator gives nothing for {given}; let it return the value,"
    " or give an example that it keeps: Field(examples=[…])"
)
_ANEW = (
    "is another each time ({values}), so that a repeat of the request could not be recognised;"
    " make it required, or let its default_factory or validator give the same each time"
)

_TOMORROW = _ANEW.format(values="today, then tomorrow")


def unreadable(trip: type[Trip]) -> Mistakes:
    """The fields whose JSON isn't read again as it was, as far as examples show, and what to do about it."""
    schema = trip.model_json_schema(mode="serialization")
    for name, part in schema["properties"].items():
        if _masks(part, schema.get("$defs", {})):
            yield name, "a secret is masked in messages, so no supplier would see it; use str"
    for name, field in trip.model_fields.items():
        if _is_another_tomorrow(field.default_factory):
            yield name, _TOMORROW
    for example in tried_examples(trip):
        yield from _in_example(trip, example)


def _is_another_tomorrow(factory: object) -> bool:
    """Whether a default is made of the day, which two examples don't show: it changes at midnight."""
    names = (getattr(factory, "__name__", ""), *getattr(getattr(factory, "__code__", None), "co_names", ()))
    return "today" in names


def _in_example(trip: type[Trip], example: dict[str, Any]) -> Mistakes:
    try:
        read, second = read_model(trip, example), read_model(trip, example)
    except ValidationError as invalid:
        if _books_nothing(invalid):
            yield from _forgotten(trip, example)
        return
    for name in trip.model_fields:
        try:
            read.model_dump_json(include={name})
        except PydanticSerializationError as failed:
            yield name, f"can't be written as JSON ({failed}); use a type and a default that can"
            return
    written = as_written(read)
    if lost := first_lost(example, written):
        yield lost.place, _FORGOTTEN.format(given=repr(lost.before))
    if anew := first_change(written, as_written(second)):
        yield anew.place, _ANEW.format(values=anew.values)
    yield from _read_again(trip, written)


def _forgotten(trip: type[Trip], example: dict[str, Any]) -> Mistakes:
    """The first leg that the example has: as none is left, validators gave nothing for any."""
    given = (name for name in trip.declared_legs if example.get(name) is not None)
    yield from ((name, _FORGOTTEN.format(given=repr(example[name]))) for name in given)


def _read_again(trip: type[Trip], written: dict[str, Any]) -> Mistakes:
    try:
        again = read_model(trip, written)
    except ValidationError as invalid:
        place, said = first_mistake(invalid)
        yield place, f"pydantic writes it as JSON that it doesn't read again ({said}); let both agree"
        return
    if change := first_change(written, as_written(again)):
        yield change.place, told(change)


def _books_nothing(invalid: ValidationError) -> bool:
    errors = invalid.errors(include_url=False, include_input=False)
    return any(isinstance(error.get("ctx", {}).get("error"), BooksNothingError) for error in errors)


def _masks(part: Any, defs: Any, depth: int = 0) -> bool:
    if isinstance(part, list):
        return any(_masks(item, defs, depth) for item in part)
    if not isinstance(part, dict) or depth > 8:  # noqa: PLR2004 -- models may hold themselves
        return False
    if part.get("writeOnly") is True:
        return True
    inside = defs.get(str(part.get("$ref", "")).rpartition("/")[2], {})
    return _masks(inside, defs, depth + 1) or any(_masks(item, defs, depth + 1) for item in part.values())
