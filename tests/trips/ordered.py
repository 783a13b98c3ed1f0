"""A trip whose validator doubles what is dear, which no example shows, and with tags that have defaults."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from voyage import Leg, Trip

DEAR = 100


def doubled(price: Decimal) -> Decimal:
    """Another value each time, above `DEAR`."""
    return price * 2 if price > DEAR else price


class Card(BaseModel):
    """One way to pay."""

    kind: Literal["card"] = "card"
    number: str = ""


class Cash(BaseModel):
    """Another, with the same fields."""

    kind: Literal["cash"] = "cash"
    number: str = ""


class Ordered(Trip):
    """An order and how it is paid."""

    price: Annotated[Decimal, AfterValidator(doubled), Leg()]
    pay: Annotated[Card | Cash, Field(discriminator="kind")] = Card()
