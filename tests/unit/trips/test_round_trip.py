"""What a client writes as JSON, consumer and worker read: whatever pydantic can write and read again."""

import json
import types
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar, cast
from uuid import UUID

import pytest
from pydantic import (
    AnyUrl,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    SecretStr,
    StringConstraints,
    ValidationError,
    computed_field,
    field_serializer,
    field_validator,
    model_validator,
)
from typing_extensions import TypedDict

from consumer.errors import InvalidRequestError
from consumer.parsing import parse_request
from publisher.contract.identity import fingerprint
from voyage import Leg, Trip
from voyage.trips.errors import DeclarationError
from voyage.trips.example import example_of
from voyage.trips.reading import FieldReader, read_model
from voyage.trips.words import items_of

T = TypeVar("T")


class Colour(Enum):
    RED = "red"


class Size(IntEnum):
    SMALL = 1


class Person(BaseModel):
    name: str
    age: int | None


class Aliased(BaseModel):
    max_seats: int = Field(alias="maxSeats")


class Tree(BaseModel):
    branch: "Tree | None" = None
    leaf: Person | None = None


class Hut(BaseModel):
    kind: Literal["hut"]
    beds: int


class Tent(BaseModel):
    kind: Literal["tent"]
    poles: int


class Box(BaseModel, Generic[T]):
    inside: T


@dataclass
class Bus:
    seats: int
    line: str = "x"


class Boat(TypedDict):
    length: int


class Pair(NamedTuple):
    a: int
    b: str


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)

    start: date
    pair: tuple[int, int]
    colour: Colour


class Counted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    seats: int
    doors: int = 4

    @field_validator("seats")
    @classmethod
    def _some(cls, seats: int) -> int:
        if seats < 1:
            raise ValueError("takes one at least")
        return seats

    @model_validator(mode="after")
    def _doors_for_all(self) -> "Counted":
        if self.doors > 4 * self.seats:
            raise ValueError("has too many doors")
        return self


class Doubled(BaseModel):
    seats: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def twice(self) -> int:
        return 2 * self.seats


class Numbers(RootModel[list[int]]):
    """A list that is a model."""


TYPES: dict[Any, Any] = {
    Decimal: "12.50",
    datetime: "2030-01-31T12:00:00Z",
    date: "2030-01-31",
    time: "12:00:00",
    timedelta: "PT1H",
    UUID: "6f2c1c0a-5a0e-4d8e-9d0a-0c8f1f0a7b11",
    AnyUrl: "https://example.com/",
    Colour: "red",
    Size: 1,
    Literal["a", 2]: 2,
    bool: True,
    float: 1.5,
    Any: {"a": [None]},
    list[Person]: [{"name": "Ann", "age": None}],
    tuple[int, str]: [1, "a"],
    dict[str, int | None]: {"a": None, "b": 1},
    Person: {"name": "Ann", "age": None},
    Aliased: {"maxSeats": 4},
    Tree: {"branch": {"branch": {}, "leaf": {"name": "Ann", "age": 1}}},
    Annotated[Hut | Tent, Field(discriminator="kind")]: {"kind": "tent", "poles": 2},
    Hut | Tent: {"kind": "hut", "beds": 2},
    Box[Person]: {"inside": {"name": "Ann", "age": None}},
    Bus: {"seats": 40},
    Boat: {"length": 7},
    Pair: [1, "a"],
    Strict: {"start": "2030-01-31", "pair": [1, 2], "colour": "red"},
    Counted: {"seats": 2},
    Doubled: {"seats": 2},
    Numbers: [1, 2],
    Annotated[str, StringConstraints(min_length=3, max_length=5)]: "abc",
}


def trip_of(kind: Any, **made: Any) -> type[Trip]:
    namespace = {"__annotations__": {"leg": Annotated[kind, Leg()]}, "__module__": __name__, **made}
    return cast("type[Trip]", types.new_class("T", (Trip,), exec_body=lambda body: body.update(namespace)))


@pytest.mark.parametrize("is_optional", [False, True])
@pytest.mark.parametrize(("kind", "value"), TYPES.items(), ids=map(str, TYPES))
def test_what_is_sent_is_what_arrives(kind: Any, value: Any, is_optional: bool) -> None:  # noqa: FBT001
    trip = trip_of(kind | None, leg=None) if is_optional else trip_of(kind)
    sent = read_model(trip, {"name": "Jane", "leg": value})
    arrived = parse_request(sent.to_body(), trip)

    assert arrived == sent
    assert fingerprint(arrived) == fingerprint(sent)
    assert items_of(arrived) == items_of(sent)
    as_json = json.loads(sent.to_body())["leg"]
    assert FieldReader(trip).read("leg", as_json) == cast("Any", sent).leg
    assert example_of(trip)["leg"] is not None


def test_what_is_absent_is_left_out_and_what_may_be_null_isnt() -> None:
    class Noted(Trip):
        leg: Annotated[Person | None, Leg()] = None
        other: Annotated[str, Leg()]
        note: str | None

    assert json.loads(Noted(name="Jane", other="o", note=None).to_body()) == {
        "name": "Jane",
        "attempts": 5,
        "other": "o",
        "note": None,
    }


class Free(Trip):
    hike: Annotated[str | None, Leg()] = None
    swim: Annotated[str | None, Leg()] = None


def test_a_request_that_books_nothing_is_a_mistake() -> None:
    with pytest.raises(InvalidRequestError, match=r"^takes at least one of hike, swim$"):
        parse_request(b'{"name": "Jane", "hike": null}', Free)
    assert items_of(parse_request(b'{"name": "Jane", "swim": "s"}', Free)) == {"swim": "s"}


class OneWay(BaseModel):
    max_seats: int = Field(validation_alias="maxSeats")


class Shouted(BaseModel):
    seats: int

    @field_serializer("seats")
    def _loud(self, seats: int) -> str:
        return f"{seats}!"


class Hidden(BaseModel):
    seats: int = Field(exclude=True)


class Password(BaseModel):
    word: SecretStr


AGAIN = "pydantic writes it as JSON that it doesn't read again"


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (
            OneWay,
            f"T.leg.maxSeats: {AGAIN} (Field required); let both agree.",
        ),
        (
            Shouted,
            f"T.leg.seats: {AGAIN} (Input should be a valid integer,",
        ),
        (
            Hidden,
            f"T.leg.seats: {AGAIN} (Field required); let both agree.",
        ),
        (SecretStr, "T.leg: a secret is masked in messages, so no supplier would see it; use str."),
        (list[Password], "T.leg: a secret is masked in messages, so no supplier would see it; use str."),
    ],
)
def test_what_is_written_and_cant_be_read_is_told_at_its_declaration(kind: Any, told: str) -> None:
    with pytest.raises(DeclarationError) as mistake:
        trip_of(kind)
    assert str(mistake.value).startswith(told)


class Broken(BaseModel):
    seats: int

    @field_validator("seats")
    @classmethod
    def _fail(cls, seats: int) -> int:
        return seats // 0


def test_code_of_a_declaration_that_fails_is_told_as_a_mistake_in_what_was_sent() -> None:
    trip = trip_of(Broken)
    with pytest.raises(
        InvalidRequestError, match=r"^the code of T fails on it \(ZeroDivisionError: "
    ) as told:
        parse_request(b'{"name": "Jane", "leg": {"seats": 1}}', trip)
    assert told.value.code == "invalid"
    with pytest.raises(DeclarationError, match="no example can be made of its type"):
        example_of(trip)


def test_numbers_that_json_has_not_are_refused_where_they_are_given() -> None:
    with pytest.raises(ValidationError, match="finite number"):
        read_model(trip_of(float), {"name": "Jane", "leg": "NaN"})


def test_a_strict_model_is_told_what_is_wrong_with_its_json() -> None:
    given = {"name": "Jane", "leg": {"start": "2030-01-31", "pair": [1, "x"], "colour": "red"}}
    with pytest.raises(ValidationError) as mistake:
        read_model(trip_of(Strict), given)
    assert [error["loc"] for error in mistake.value.errors()] == [("leg", "pair", 1)]


class Worded(BaseModel):
    seats: int

    def __str__(self) -> str:
        return f"{4 // self.seats}\n seats"


def test_words_of_ones_own_are_one_line_and_may_fail() -> None:
    trip = trip_of(Worded)
    assert items_of(read_model(trip, {"name": "Jane", "leg": {"seats": 1}})) == {"leg": "4 seats"}
    assert items_of(read_model(trip, {"name": "Jane", "leg": {"seats": 0}})) == {"leg": '{"seats":0}'}
