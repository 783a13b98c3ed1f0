"""What may be declared as a trip, and the one sentence for each mistake."""

import keyword
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, cast, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticSchemaGenerationError
from pydantic.fields import FieldInfo

from voyage.trips.errors import DeclarationError
from voyage.trips.groups import groups_of
from voyage.trips.leg import Leg
from voyage.trips.marks import marks_of, misplaced_marks
from voyage.trips.round_trip import unreadable
from voyage.trips.trip import ENVELOPE, Trip
from voyage.trips.unions import confused

OF_THE_RESULT = frozenset(
    ["cancelled", "result", "user_id", "status", "duplicate", "revision", "legs", "reason", "booked"]
)
OF_THE_COMMAND = frozenset(["timeout", "watch", "json", "help", "trip", "body"])
"""What `voyage book` takes beside the trip's fields."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,49}", re.ASCII)


def legs_in(trip: type[Trip]) -> Mapping[str, Leg]:
    """The legs of a trip by their names, in the order of their declaration."""
    found = ((name, marks_of(field)) for name, field in trip.model_fields.items())
    return {name: marks[0] for name, marks in found if marks}


def check(trip: type[Trip]) -> None:
    """Raise `DeclarationError` for the first thing that is wrong with a trip."""
    for name, text in _mistakes(trip):
        raise DeclarationError(f"{trip.__name__}.{name}: {text}.")


def _mistakes(trip: type[Trip]) -> Iterator[tuple[str, str]]:
    own = {name: field for name, field in trip.model_fields.items() if name not in ENVELOPE}
    yield from ((name, "the contract has this name; choose another") for name in _redeclared(trip))
    yield from misplaced_marks(trip)
    for name, field in own.items():
        yield from ((name, text) for text in _in_field(name, field))
    yield from _in_order(trip.declared_legs)
    yield from unreadable(trip)
    yield from confused(trip)


def _redeclared(trip: type[Trip]) -> Iterator[str]:
    kinds = [kind for kind in trip.__mro__ if issubclass(kind, Trip) and kind is not Trip]
    yield from (name for kind in kinds for name in vars(kind).get("__annotations__", ()) if name in ENVELOPE)


def _in_field(name: str, field: FieldInfo) -> Iterator[str]:
    if name in OF_THE_RESULT:
        yield "the contract has this name; choose another"
    if name in OF_THE_COMMAND or hasattr(BaseModel, name) or name in vars(Trip):
        yield "the name is taken; choose another"
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        yield "takes a name of lower-case letters, digits and _, at most 50, that begins with a letter"
    if field.alias or field.validation_alias or field.serialization_alias:
        yield "has an alias; a message has the field's own name, so give the field that name"
    if field.exclude:
        yield "is left out of messages (exclude=True), so no supplier would see it; let it in, or take it out"
    yield from _in_type(field)
    if marks := marks_of(field):
        yield from _in_leg(marks, field)


def _in_type(field: FieldInfo) -> Iterator[str]:
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(cast("Any", field.annotation))
        schemas = [adapter.json_schema(mode="validation"), adapter.json_schema(mode="serialization")]
    except (PydanticSchemaGenerationError, PydanticInvalidForJsonSchema):
        yield f"its type {_shown(field.annotation)} has no JSON; use one that pydantic can write as JSON"
        return
    if any(_has_sets(schema) for schema in schemas):
        yield "a set has no order, so that a repeat of the request could not be recognised; use a list"


def _shown(annotation: Any) -> str:
    return str(getattr(annotation, "__name__", annotation))[:100]


def _has_sets(schema: Any) -> bool:
    inside = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    return (isinstance(schema, dict) and schema.get("uniqueItems") is True) or any(map(_has_sets, inside))


def _in_leg(marks: list[Any], field: FieldInfo) -> Iterator[str]:
    if len(marks) > 1:
        yield "is marked as a leg twice; one Leg() is enough"
    if not isinstance(marks[0], Leg):
        yield "Leg needs its parentheses: Annotated[…, Leg()]"
        return
    if faults := marks[0].faults():
        yield faults
    takes_none = type(None) in get_args(field.annotation) or field.annotation is type(None)
    if field.is_required() and takes_none:
        yield "may be None, so say that it is optional: = None"
    elif not field.is_required() and (field.default is not None or field.default_factory):
        yield "a leg has no default: it is required, or optional with | None and = None"
    elif not field.is_required() and not takes_none:
        yield "is optional (= None), so its type must say so: | None"


def _in_order(legs: Mapping[str, Leg]) -> Iterator[tuple[str, str]]:
    groups = groups_of(legs, lambda name: legs[name].together)
    seen: dict[str, str] = {}
    for group in groups:
        word = legs[group[0]].together
        if word is not None and word in seen:
            yield (
                group[0],
                f"its group {word!r} must stand side by side with {seen[word]}, without a leg in between",
            )
        if word is not None:
            seen[word] = group[-1]
    for before, after in pairwise(legs):
        if legs[before].undo is False:
            yield (
                before,
                f"can't be undone, so nothing that may fail can come after it; put it behind {after}",
            )
    if groups and len(groups[-1]) > 1:
        for name in groups[-1]:
            if not legs[name].undo:
                yield (
                    name,
                    "can't be undone, so nothing may fail beside it; let it stand alone, without together",
                )
