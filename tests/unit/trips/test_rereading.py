"""Client, consumer and worker each read a request, so what they read must stay the same."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import uuid4

import pytest
from pydantic import AfterValidator, BaseModel, Field

from consumer.requests.decision import Reject, Start, decide
from consumer.settings import ConsumerSettings
from publisher.amqp.message import Delivery
from tests.unit.trips.test_round_trip import trip_of
from voyage import Leg, Trip
from voyage.trips.errors import DeclarationError


def with_vat(price: Decimal) -> Decimal:
    return price * Decimal("1.20")


def grows(text: str) -> str:
    return f"{text}!"


def forgets(text: str) -> None:
    text.strip()


def looked_up(code: str) -> str | None:
    return {"LKG": "Lake", "Lake": "Lake"}.get(code)


class Priced(BaseModel):
    price: Annotated[Decimal, AfterValidator(with_vat)]


class PricedInPart(BaseModel):
    sku: str
    price: Annotated[Decimal, AfterValidator(with_vat)] = Decimal(0)


class Stamped(BaseModel):
    sku: str
    placed: datetime = Field(default_factory=lambda: datetime.now(UTC))


class Numbered(BaseModel):
    number: str = Field(default_factory=lambda: uuid4().hex)


CHANGES = "changes each time that it is read"
FORGOTTEN = "its validator gives nothing for"
ANEW = "is another each time"


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Priced, f'T.leg.price: {CHANGES} ("1.20", then "1.4400")'),
        (list[Priced], f'T.leg.0.price: {CHANGES} ("1.20", then'),
        (PricedInPart, f"T.leg.price: {CHANGES} ("),
        (dict[str, Priced], f"T.leg.my-key.price: {CHANGES} ("),
        (Annotated[str, AfterValidator(grows)], f'T.leg: {CHANGES} ("my-leg!", then "my-leg!!")'),
        (Annotated[str, AfterValidator(forgets)], f"T.leg: {FORGOTTEN} 'my-leg'; let it return the value"),
        (Annotated[str, AfterValidator(looked_up)], f"T.leg: {FORGOTTEN} 'my-leg'; let it return the value"),
        (list[Annotated[str, AfterValidator(forgets)]], f"T.leg.0: {FORGOTTEN} 'my-leg'"),
        (Stamped, f"T.leg.placed: {ANEW} ("),
        (list[Numbered], f"T.leg.0.number: {ANEW} ("),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_optional", [False, True])
def test_what_does_not_stay_the_same_is_told_at_its_declaration(
    kind: Any,
    told: str,
    is_optional: bool,  # noqa: FBT001
) -> None:
    with pytest.raises(DeclarationError) as mistake:
        trip_of(kind | None, leg=None) if is_optional else trip_of(kind)
    assert str(mistake.value).startswith(told)


def test_a_default_that_is_made_anew_each_time_is_told_at_its_declaration() -> None:
    with pytest.raises(
        DeclarationError, match=rf"^Order\.placed: {ANEW} .* make it required, or let its default_f"
    ):

        class Order(Trip):
            leg: Annotated[str, Leg()]
            placed: datetime = Field(default_factory=lambda: datetime.now(UTC))


@pytest.mark.parametrize("made", [date.today, lambda: date.today()])  # noqa: DTZ011, PLW0108 -- what people write
def test_a_default_that_is_another_one_tomorrow_is_told_at_its_declaration(made: Callable[[], date]) -> None:
    with pytest.raises(DeclarationError, match=rf"^Order\.day: {ANEW} \(today, then tomorrow\)"):

        class Order(Trip):
            leg: Annotated[str, Leg()]
            day: date = Field(default_factory=made)


def test_what_stays_the_same_the_second_time_may_change_what_was_given() -> None:
    class Order(Trip):
        leg: Annotated[str, AfterValidator(str.upper), Leg()]
        code: Annotated[str | None, AfterValidator(looked_up), Field(examples=["LKG"])] = None
        price: float = 0
        tags: list[str] = Field(default_factory=lambda: ["new"])

    assert decided(Order, leg="a", price=1) == decided(Order, leg="A", price=1.0)


def dear(price: Decimal) -> Decimal:
    return price * 2 if price > 100 else price


def unreadable(price: Decimal) -> Decimal:
    if price > 100:
        raise ValueError("is too much")
    return price * 2 if price > 60 else price


def half(price: Decimal) -> Any:
    return object() if price > 100 else price


def decided(trip: type[Trip], **fields: Any) -> Any:
    body = json.dumps({"name": "Jane", **fields}).encode()
    decision = decide(Delivery(body=body, message_id="m-1"), ConsumerSettings(trip=trip))
    return decision.message if isinstance(decision, Reject) else decision.request


@pytest.mark.parametrize(
    ("validator", "price", "told"),
    [
        (dear, 150, f'leg: {CHANGES} ("300", then "600"), and client, consumer and worker read it'),
        (unreadable, 70, "leg: can't be read a second time (is too much)"),
        (half, 150, "can't be written as JSON (PydanticSerializationError: "),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_what_no_example_shows_is_rejected_and_never_booked_as_something_else(
    validator: Any, price: int, told: str
) -> None:
    trip = trip_of(Annotated[Decimal, AfterValidator(validator)])
    assert not isinstance(decided(trip, leg=50), str)
    assert decided(trip, leg=price).startswith(told)


def test_a_request_is_compared_as_json() -> None:
    assert decided(trip_of(Any), leg={"a": [1.5, None, True]}).leg == {"a": [1.5, None, True]}
    assert isinstance(decide(Delivery(body=b"{}"), ConsumerSettings()), Reject | Start)
