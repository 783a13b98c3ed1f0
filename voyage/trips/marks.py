"""Where `Leg(…)` marks fields of a trip, and where it marks nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from voyage.trips.leg import Leg
from voyage.trips.trip import Trip


def marks_of(field: FieldInfo) -> list[Any]:
    """The marks of a field: `Leg(…)`, or by mistake the class itself."""
    return [mark for mark in field.metadata if isinstance(mark, Leg) or mark is Leg]


def misplaced_marks(trip: type[Trip]) -> Iterator[tuple[str, str]]:
    """Marks that mark nothing: inside a type, as a default, or on what is no field."""
    for name, annotation in _annotations(trip).items():
        field = trip.model_fields.get(name)
        if field is None and name not in vars(Trip) and _mentions_leg(annotation):
            yield name, "is no field of the model, so it can't be a leg; its name must not begin with _"
        elif field and isinstance(field.default, Leg):
            yield name, f"Leg() belongs into the annotation: {name}: Annotated[…, Leg()]"
        elif field and (alias := _marked_alias(field.annotation)):
            yield name, f"Leg() must stand outside of the type {alias}: Annotated[{alias}, Leg()]"
        elif field and _mentions_leg(field.annotation):
            yield name, "Leg() must stand outside: Annotated[… | None, Leg()], not Annotated[…, Leg()] | None"
        elif field and (inner := _marked_within(field.annotation, set())):
            yield (
                name,
                f"{inner} is marked as a leg, which only fields of the trip itself can be; take Leg() away",
            )


def _annotations(trip: type[Trip]) -> Mapping[str, Any]:
    """What is annotated, as far as its names are known here; pydantic has read the fields in any case."""
    try:
        return get_type_hints(trip, include_extras=True)
    except NameError:
        return {name: field.annotation for name, field in trip.model_fields.items()}


def _mentions_leg(annotation: Any) -> bool:
    return any(part is Leg or isinstance(part, Leg) for part in all_in(annotation))


def _marked_alias(annotation: Any) -> str:
    """The name of a type in it that was declared as `type Sku = Annotated[str, Leg()]`; or empty."""
    aliases = (part for part in all_in(annotation) if _meaning(part) is not None)
    return next((alias.__name__ for alias in aliases if _mentions_leg(_meaning(alias))), "")


def all_in(annotation: Any, above: tuple[Any, ...] = ()) -> Iterator[Any]:
    """A type and whatever it is made of, once where it holds itself."""
    yield annotation
    for part in _parts(annotation):
        if part not in above:
            yield from all_in(part, (*above, annotation))


def _marked_within(annotation: Any, seen: set[type]) -> str:
    """A field of a model inside of this type that is marked as a leg; empty if none is."""
    for model in all_in(annotation):
        if not (isinstance(model, type) and issubclass(model, BaseModel)) or model in seen:
            continue
        seen.add(model)
        for name, field in model.model_fields.items():
            if marks_of(field) or _mentions_leg(field.annotation):
                return f"{model.__name__}.{name}"
            if found := _marked_within(field.annotation, seen):
                return found
    return ""


def _parts(annotation: Any) -> Sequence[Any]:
    parts = [part for arg in get_args(annotation) for part in (arg if isinstance(arg, list) else [arg])]
    meaning = _meaning(annotation)
    return parts if meaning is None else [*parts, meaning]


def _meaning(annotation: Any) -> Any:
    """What the name of a type stands for, as in `type Sku = str`; None for what is no such name."""
    return getattr(get_origin(annotation) or annotation, "__value__", None)
