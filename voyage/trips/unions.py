"""Whether each type of a union is read again as itself: a `Decimal` beside `str` would be read as text."""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Discriminator, TypeAdapter

from voyage.trips.making import Maker
from voyage.trips.marks import all_in
from voyage.trips.reading import annotation_of, read_as
from voyage.trips.rereading import cut
from voyage.trips.trip import ENVELOPE, Trip

_CONFUSED = (
    "its {one} comes back as {other}: {value} is written as {text}, and read as {again}; declare one type,"
    " or put {one} before {other} with Field(union_mode='left_to_right')"
)


def confused(trip: type[Trip]) -> Iterator[tuple[str, str]]:
    """The fields with a type that is read again as another one of its union, and what to do about it."""
    fields = {name: field for name, field in trip.model_fields.items() if name not in ENVELOPE}
    yield from _in_fields(fields, "", set())


def _in_fields(fields: Any, above: str, seen: set[type]) -> Iterator[tuple[str, str]]:
    for name, field in fields.items():
        parts = list(all_in(annotation_of(field)))
        for part in _unions(parts):
            yield from ((f"{above}{name}", text) for text in _in_union(part))
        for part in parts:
            if isinstance(part, type) and issubclass(part, BaseModel) and part not in seen:
                seen.add(part)
                yield from _in_fields(part.model_fields, f"{above}{name}.", seen)


def _unions(parts: list[Any]) -> list[Any]:
    """Those of several types beside None and without a discriminator, each in its `Annotated`."""
    told = [get_args(part)[0] for part in parts if get_origin(part) is Annotated]
    whole = [part for part in parts if not any(part is inside for inside in told)]
    return [part for part in whole if len(_members(part)) > 1 and not _has_tags(part)]


def _has_tags(annotation: Any) -> bool:
    said = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return any(isinstance(one, Discriminator) or getattr(one, "discriminator", None) for one in said)


def _members(annotation: Any) -> list[Any]:
    union = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    is_one = get_origin(union) in (Union, UnionType)
    return [member for member in get_args(union) if member is not NoneType] if is_one else []


def _in_union(annotation: Any) -> Iterator[str]:
    for member in _members(annotation):
        try:
            told = _why_confused(TypeAdapter(annotation), TypeAdapter(member))
        except Exception:  # noqa: BLE001, S112 -- what has no example, or a mistake that is told elsewhere
            continue
        if told:
            yield told


def _why_confused(union: TypeAdapter[Any], member: TypeAdapter[Any]) -> str:
    schema = member.json_schema()
    made = Maker(schema).value(schema, "text")
    value = read_as(member.validate_python, member.validate_json, made)
    again = read_as(union.validate_python, union.validate_json, union.dump_python(value, mode="json"))
    if type(again) is type(value):
        return ""
    text = union.dump_json(value).decode()
    names = {"one": type(value).__name__, "other": type(again).__name__}
    return _CONFUSED.format(**names, value=cut(repr(value)), again=cut(repr(again)), text=cut(text))
