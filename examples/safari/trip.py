"""A safari: what it says of itself is all that Voyage knows of it."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from voyage import Leg, Trip


class Jeep(BaseModel):
    """A jeep, and the days for which it is rented."""

    seats: Annotated[int, Field(ge=1, le=9, examples=[4])]
    from_day: date
    to_day: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to_day < self.from_day:
            raise ValueError("to_day must not be before from_day")
        return self

    def __str__(self) -> str:
        return f"a jeep with {self.seats} seats from {self.from_day} to {self.to_day}"


class Park(StrEnum):
    """Where permits can be had."""

    SERENGETI = "serengeti"
    NGORONGORO = "ngorongoro"


class Safari(Trip):
    """Lodge and guide are booked at the same time, and a guide is optional.

    The park's office is slow, so that the permit has patience of its own. A voucher can't be given back, so
    that it comes last. The loyalty number is no leg: every supplier gets it.
    """

    jeep: Annotated[Jeep, Leg(help="What to drive.")]
    lodge: Annotated[str, Leg(together="stay", help="Where to sleep.")]
    guide: Annotated[str | None, Leg(together="stay", help="Who leads the way.")] = None
    permit: Annotated[Park, Leg(attempts=20, try_timeout=90, help="The park to enter.")]
    voucher: Annotated[str, Leg(undo=False, help="A flight in a balloon, paid for at once.")]
    loyalty_number: str | None = None
