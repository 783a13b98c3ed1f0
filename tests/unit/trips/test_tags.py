"""Models that are told from each other by a tag that has a default: examples have it, and help needs it."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from publisher.asyncapi.examples import sent_as
from publisher.cli.trip.options import TripOptions
from publisher.cli.trip.parts import parts_of
from publisher.cli.trip.typed import example_line
from publisher.contract.identity import fingerprint
from publisher.contract.places import problems
from voyage import Leg, Trip
from voyage.trips.example import example_of
from voyage.trips.reading import read_model


class Card(BaseModel):
    kind: Literal["card", "debit"] = "card"
    number: str = "none"


class Cash(BaseModel):
    kind: Literal["cash"] = "cash"
    number: str = "none"


Payment = Annotated[Card | Cash, Field(discriminator="kind")]


class Paid(Trip):
    pay: Annotated[Payment, Leg(help="How it is paid")]
    others: list[Payment] | None = None
    tip: Payment | None = None


class Untagged(Trip):
    pay: Annotated[Card | Cash, Leg()]


def test_the_example_has_the_tag() -> None:
    assert example_of(Paid)["pay"] == {"kind": "card"}
    assert '"kind": "card"' in example_line(Paid, TripOptions(Paid, ()))
    assert sent_as("request", Paid)[0]["payload"]["pay"] == {"kind": "card"}


@pytest.mark.parametrize(
    ("pay", "told"),
    [
        ({"number": "1"}, "pay: must have 'kind', which tells what it is"),
        ({"kind": "gold"}, "pay: 'kind' takes 'card', 'debit', 'cash', not 'gold'"),
    ],
)
def test_a_tag_that_is_missing_or_unknown_is_told_in_our_words(pay: dict[str, str], told: str) -> None:
    body = {"name": "Jane", "pay": pay}
    with pytest.raises(ValidationError) as invalid:
        read_model(Paid, body)
    assert problems(invalid.value, body) == [told]


def test_the_help_says_that_the_tag_is_needed() -> None:
    tag = next(part for part in parts_of(Paid) if part.place == "pay.kind")
    assert (tag.is_required, tag.default, tag.choices) == (True, None, ("card", "debit", "cash"))
    optional = next(part for part in parts_of(Paid) if part.place == "tip.kind")
    assert (optional.is_required, optional.default) == (False, None)
    number = next(part for part in parts_of(Paid) if part.place == "pay.number")
    assert (number.is_required, number.default) == (False, "none")


@pytest.mark.parametrize("trip", [Paid, Untagged])
def test_another_tag_is_another_request_even_where_each_is_its_models_default(trip: type[Trip]) -> None:
    def sent(**pay: Any) -> str:
        return fingerprint(read_model(trip, {"name": "Jane", "pay": pay}))

    assert sent(kind="card", number="1") != sent(kind="cash", number="1")
    assert sent(kind="card", number="1") == sent(number="1", kind="card")
    assert sent(kind="card") == sent(kind="card", number="none")
