"""A trip with everything that a leg can be."""

from typing import Annotated

from pydantic import BaseModel, Field

from voyage import Leg, Trip


class Jeep(BaseModel):
    """A jeep; the note is for who rents it out."""

    seats: Annotated[int, Field(ge=1, le=9)]
    note: str


class Safari(Trip):
    """Lodge and guide are booked at the same time; the voucher can't be given back."""

    jeep: Annotated[Jeep, Leg()]
    lodge: Annotated[str, Leg(together="stay")]
    guide: Annotated[str | None, Leg(together="stay")] = None
    permit: Annotated[str, Leg(attempts=20)]
    voucher: Annotated[str, Leg(undo=False)]
    loyalty_number: str
