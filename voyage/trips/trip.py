"""A trip: what every booking request says, and what a subclass declares beside it."""

import warnings
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic._internal._model_construction import ModelMetaclass  # it has no public name
from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError

from voyage.trips.errors import BooksNothingError, DeclarationError
from voyage.trips.fields import DEFAULT_ATTEMPTS, Attempts, BookingId, Deadline, Text
from voyage.trips.leg import Leg
from voyage.trips.once import Once

_ID = "The idempotency key: the same id is booked once, however often it is sent."
_DEADLINE = "By then the trip is booked, or undone: a time with its offset, such as 2030-01-31T12:00:00Z."


class _Declared(ModelMetaclass):
    """Refuses what pydantic can't read, and a name annotated twice, of which Python would keep the last."""

    @classmethod
    def __prepare__(
        mcs,  # noqa: N804 -- a metaclass's
        name: str,
        bases: tuple[type, ...],
        /,
        **options: Any,
    ) -> Any:
        namespace = super().__prepare__(name, bases, **options)
        namespace["__annotations__"] = Once(name)
        return namespace

    def __new__(mcs, name: str, *parts: Any, **options: Any) -> Any:
        try:
            with warnings.catch_warnings():  # a field that hides something of ours is refused below
                warnings.filterwarnings("ignore", "Field name .* shadows an attribute", UserWarning)
                return super().__new__(mcs, name, *parts, **options)
        except PydanticUndefinedAnnotation as missing:
            raise DeclarationError(f"{name}: {missing.message}; import it, or define it above.") from None
        except PydanticUserError as unreadable:  # its text goes on with advice for another library's user
            told = unreadable.message.partition(". Set ")[0].rstrip(".")
            raise DeclarationError(f"{name}: {told}; use types that pydantic can write as JSON.") from None

    def __call__(cls, /, **fields: Any) -> Any:  # noqa: N805 -- a metaclass's
        """Make one in one's own code, where a mistyped field is a mistake; messages may have unknown ones."""
        known: Mapping[str, Any] = vars(cls)["__pydantic_fields__"]
        for name in fields.keys() - known.keys():
            meant = get_close_matches(name, known, n=1)
            hint = f" Did you mean {meant[0]}?" if meant else f" It has {', '.join(known)}."
            raise TypeError(f"{cls.__name__} has no field {name!r}.{hint}")
        return super().__call__(**fields)


class Trip(BaseModel, metaclass=_Declared):
    """A booking request: who travels, and what to book; a subclass declares that, as fields.

    A field marked `Leg()` is booked; any other goes to every supplier. `attempts` counts the tries per leg,
    the first included. `booking_id` is the idempotency key: the same id is booked once, however often it is
    sent. `deadline` is absolute: by then the trip is booked or undone. Unknown fields are ignored.

    A declaration that can't be booked raises `DeclarationError` when its class is made.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        allow_inf_nan=False,  # JSON has neither
        json_schema_serialization_defaults_required=True,
    )
    declared_legs: ClassVar[Mapping[str, Leg]] = {}
    """The legs by their names, in the order in which they are booked."""

    name: Annotated[Text, Field(description="Who travels.")]
    attempts: Attempts = DEFAULT_ATTEMPTS
    booking_id: Annotated[BookingId | None, Field(description=_ID)] = None
    deadline: Annotated[Deadline | None, Field(description=_DEADLINE)] = None

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        from voyage.trips.declaration import check, legs_in  # noqa: PLC0415 -- it knows trips

        _put_last(cls, "booking_id", "deadline")
        cls.declared_legs = legs_in(cls)
        _describe(cls)
        with warnings.catch_warnings():  # of what examples and defaults become in other people's code
            warnings.simplefilter("ignore")
            check(cls)

    @model_validator(mode="after")
    def _books_something(self) -> Self:
        if self.declared_legs and all(getattr(self, leg) is None for leg in self.declared_legs):
            raise BooksNothingError(f"takes at least one of {', '.join(self.declared_legs)}")
        return self

    def to_body(self) -> bytes:
        """The message body: JSON in UTF-8, without the fields that are absent."""
        fields = type(self).model_fields
        absent = {name for name in fields if getattr(self, name) is None and not fields[name].is_required()}
        return self.model_dump_json(exclude=absent, by_alias=True).encode()


def _describe(kind: type[Trip]) -> None:
    """Let what a leg's mark says for people stand in schemas too, where its field says nothing."""
    for name, leg in kind.declared_legs.items():
        field = kind.__pydantic_fields__[name]
        field.description = field.description or leg.help or None
    kind.model_rebuild(force=True)


def _put_last(kind: type[Trip], *names: str) -> None:
    """Let these fields stand behind the declared ones, in schemas and in JSON."""
    fields = kind.__pydantic_fields__
    for name in names:
        fields[name] = fields.pop(name)


ENVELOPE = tuple(Trip.model_fields)
"""What every request says, whatever the trip."""
