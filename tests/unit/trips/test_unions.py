"""A type of a union that comes back as another one is told at its declaration."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Discriminator, Field, Tag, create_model

from tests.unit.trips.test_round_trip import trip_of
from voyage.trips.errors import DeclarationError
from voyage.trips.reading import FieldReader


class Colour(Enum):
    RED = "red"


class Card(BaseModel):
    kind: Literal["card"] = "card"


class Cash(BaseModel):
    kind: Literal["cash"] = "cash"


class Hut(BaseModel):
    beds: int


class Camp(BaseModel):
    beds: int
    tents: int = 0


class Hall(BaseModel):
    beds: int


def by_beds(value: Any) -> str:
    beds = value["beds"] if isinstance(value, dict) else value.beds
    return "hall" if beds > 9 else "hut"


Lodging = Annotated[
    Annotated[Hut, Tag("hut")] | Annotated[Hall, Tag("hall")], Field(discriminator=Discriminator(by_beds))
]


IN_ORDER = Field(union_mode="left_to_right")
DECIMAL = (
    "its Decimal comes back as str: Decimal('1') is written as \"1\", and read as '1'; declare one type,"
    " or put Decimal before str with Field(union_mode='left_to_right')."
)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Decimal | float | str, f"T.leg: {DECIMAL}"),
        (float | Decimal, "T.leg: its Decimal comes back as float: "),
        (datetime | str, "T.leg: its datetime comes back as str: "),
        (Colour | str, "T.leg: its Colour comes back as str: "),
        (Hut | dict[str, int], "T.leg: its Hut comes back as dict: "),
        (list[Decimal | str], f"T.leg: {DECIMAL}"),
        (list[create_model("Line", price=(Decimal | str, ...))], f"T.leg.price: {DECIMAL}"),  # type: ignore[misc]
    ],
)
def test_a_type_that_comes_back_as_another_is_told(kind: Any, told: str) -> None:
    with pytest.raises(DeclarationError) as mistake:
        trip_of(kind | None, leg=None)
    assert str(mistake.value).startswith(told)


@pytest.mark.parametrize(
    "kind",
    [
        Decimal | float,
        int | str,
        float | int,
        date | datetime,
        str | list[str],
        Hut | Camp,
        Card | Cash,
        Annotated[Card | Cash, Field(discriminator="kind")],
        Lodging,
        list[Lodging],
        Annotated[Colour | str, IN_ORDER],
        list[Annotated[Decimal | str, IN_ORDER]],
    ],
)
def test_types_that_their_json_tells_apart_may_stand_side_by_side(kind: Any) -> None:
    assert trip_of(kind).declared_legs


def test_a_worker_reads_a_union_by_its_discriminator() -> None:
    assert FieldReader(trip_of(Lodging)).read("leg", {"beds": 10}) == Hall(beds=10)
