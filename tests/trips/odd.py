"""A trip with fields of every kind."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from voyage import Leg, Trip


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Hut(BaseModel):
    kind: Literal["hut"]
    beds: int


class Tent(BaseModel):
    kind: Literal["tent"]
    max_poles: int


class Guest(BaseModel):
    name: str
    host: "Guest | None" = None


class Odd(Trip):
    """Fields of every kind, some of them called like what the command itself has."""

    type: Annotated[str, Leg()]
    class_: Annotated[Colour, Leg()]
    json_: Annotated[bool | None, Leg()] = None
    watching: int | None = None
    price: Decimal | None = None
    at: datetime | None = None
    sights: list[str] = []  # noqa: RUF012 -- pydantic copies it
    guests: list[Guest] | None = None
    extras: dict[str, int] | None = None
    room: Annotated[Hut | Tent, Field(discriminator="kind")] | None = None
    choice: Literal["auto"] | int | None = None
    host: Guest | None = None
