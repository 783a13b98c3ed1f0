"""A trip of one's own: structured, optional, side by side, more patient, and one leg that can't be undone."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from voyage import Leg, Trip


class Jeep(BaseModel):
    """What to drive."""

    seats: int = Field(4, ge=1, description="How many can sit in it.")
    start: date


class Lodge(BaseModel):
    """Where to stay."""

    name: str
    nights: int = 1

    def __str__(self) -> str:
        return f"{self.name}, {self.nights} nights"


class Voucher(BaseModel):
    """What it is paid with."""

    code: str


class Safari(Trip):
    """A trip to lions."""

    jeep: Annotated[Jeep, Leg()]
    lodge: Annotated[Lodge, Leg(together="stay")]
    guide: Annotated[str | None, Leg(together="stay")] = None
    permit: Annotated[str, Leg(attempts=20, try_timeout=90, help="Which permit to get.")]
    voucher: Annotated[Voucher, Leg(undo=False)]
    loyalty_number: str | None = None
