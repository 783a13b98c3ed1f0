"""A trip, or the values of its fields, read from JSON."""

import logging
from collections.abc import Callable
from typing import Annotated, Any, TypeVar, cast

from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from voyage.runtime.exact_numbers import WrittenNumber, dumps
from voyage.trips.trip import Trip

log = logging.getLogger(__name__)
M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
_AS_JSON = ["as JSON"]
"""Not hashable, so that `Annotated` is made anew: typing keeps one of `int | float` and `float | int`."""


def read_model(kind: type[M], as_json: Any) -> M:
    """A trip or another model from JSON that has been parsed; raises `ValidationError`, and nothing else.

    So too if the code of a declaration fails on it: a message that does that would do it each time.
    """
    try:
        read = read_as(kind.model_validate, kind.model_validate_json, as_json)
        for name in kind.model_fields.keys() & as_json.keys():
            _require_utf8(kind, as_json[name], (name,))
    except ValidationError:
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        text = "the code of {trip} fails on it ({said})"
        failed = PydanticCustomError("failed", text, {"trip": kind.__name__, "said": said})
        raise ValidationError.from_exception_data(
            kind.__name__, [InitErrorDetails(type=failed, input=None)]
        ) from error
    return read


def _require_utf8(kind: type[BaseModel], value: Any, place: tuple[int | str, ...]) -> None:
    """Raise `ValidationError` for a text that pydantic takes and can't write again: half of a character."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            wrong = PydanticCustomError("utf8", "takes text in UTF-8")
            details = InitErrorDetails(type=wrong, loc=place, input=None)
            raise ValidationError.from_exception_data(kind.__name__, [details]) from None
    elif isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            _require_utf8(kind, part, (*place, key))


def read_as(from_python: Callable[[Any], T], from_json: Callable[[str], T], as_json: Any) -> T:
    """A value from JSON that has been parsed, by either; raises the plainer `ValidationError` of the two.

    Strict models take only from JSON itself what JSON has no type for, such as dates.
    """
    try:
        return from_python(as_json)
    except ValidationError as refused:
        try:
            return from_json(dumps(as_json, _decimals(refused)))
        except ValidationError as still:
            kinds = [error["type"] for error in still.errors(include_url=False, include_input=False)]
            fewer = len(kinds) < refused.error_count() and "json_invalid" not in kinds
            raise (still if fewer else refused) from None
        except (ValueError, TypeError, RecursionError):
            raise refused from None


def _decimals(refused: ValidationError) -> set[int]:
    """The numbers that a strict `Decimal` takes from JSON alone: there in quotes, or pydantic rounds them."""
    inputs = (error["input"] for error in refused.errors() if error["type"] == "is_instance_of")
    return {id(number) for number in inputs if isinstance(number, WrittenNumber)}


def type_of(field: FieldInfo) -> TypeAdapter[Any]:
    """The type of a field, by itself, with all that its annotation says of it."""
    return TypeAdapter(annotation_of(field))


def annotation_of(field: FieldInfo) -> Any:
    """What is said of a field's type, in one `Annotated`."""
    by = [Field(discriminator=field.discriminator)] if field.discriminator else []
    return Annotated[cast("Any", field.annotation), *field.metadata, *by, _AS_JSON]


class FieldReader:
    """Reads the fields of one trip, each by its own type."""

    def __init__(self, trip: type[Trip]) -> None:
        self._types = {name: type_of(field) for name, field in trip.model_fields.items()}
        self._said: set[str] = set()

    def read(self, name: str, as_json: Any) -> Any:
        """The value as it was validated when its booking began.

        A booking may have begun with an earlier declaration: what today's doesn't take is given as JSON.
        """
        known = self._types.get(name)
        if known is None:
            return as_json
        try:
            return read_as(known.validate_python, known.validate_json, as_json)
        except ValidationError:
            if name not in self._said:
                self._said.add(name)
                log.warning("%s: bookings that began with another type of it give suppliers its JSON", name)
            return as_json
