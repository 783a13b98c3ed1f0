"""An amount that a float can't hold is booked as it was written."""

import copy
import json
import pickle
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from consumer.errors import InvalidRequestError
from consumer.parsing import parse_request
from publisher.cli.publishing.requests_file import read_requests
from publisher.contract.identity import fingerprint
from voyage import Leg, Trip
from voyage.runtime.exact_numbers import WrittenNumber, dumps
from voyage.trips.reading import FieldReader
from voyage.trips.tutorial import BookingRequest

AMOUNT = "12345678901234.5678"
ROUNDED = 12345678901234.568
Money = Annotated[Decimal, Field(max_digits=20, decimal_places=4)]


class Price(BaseModel):
    amount: Money
    rate: float = 0
    whatever: Any = None


class StrictPrice(Price):
    model_config = ConfigDict(strict=True)


class Buy(Trip):
    price: Annotated[Price, Leg()]


class StrictBuy(Trip):
    price: Annotated[StrictPrice, Leg()]


def price(kind: type[Trip], **written: str) -> Any:
    """The price in a message that has these numbers."""
    numbers = ", ".join(f'"{name}": {text}' for name, text in written.items())
    body = f'{{"name": "Jane", "price": {{{numbers}}}}}'.encode()
    request = parse_request(body, kind)
    assert [line.request for line in read_requests(body, kind)[0]] == [request]
    return request


@pytest.mark.parametrize("kind", [Buy, StrictBuy])
def test_a_decimal_is_what_was_written_and_a_float_is_a_float(kind: type[Trip]) -> None:
    everywhere = dict.fromkeys(("amount", "rate", "whatever"), AMOUNT)
    request = price(kind, **everywhere)
    assert request.price.amount == Decimal(AMOUNT)
    assert repr(request.price.rate) == repr(request.price.whatever) == repr(ROUNDED)
    assert type(request.price.rate) is float
    as_json = request.model_dump(mode="json")["price"]
    assert as_json == {"amount": AMOUNT} | dict.fromkeys(("rate", "whatever"), ROUNDED)
    assert FieldReader(kind).read("price", json.loads(json.dumps(as_json))).amount == Decimal(AMOUNT)
    assert parse_request(request.to_body(), kind).model_dump() == request.model_dump()


@pytest.mark.parametrize("kind", [Buy, StrictBuy])
def test_amounts_that_differ_are_two_bookings_and_zeros_make_none(kind: type[Trip]) -> None:
    one, other = (price(kind, amount=text) for text in (AMOUNT, "12345678901234.5679"))
    assert fingerprint(one) != fingerprint(other)
    assert fingerprint(price(kind, whatever=f"{AMOUNT}00", amount="1")) == fingerprint(
        price(kind, whatever=AMOUNT, amount="1")
    )
    assert fingerprint(price(kind, amount="1.10")) == fingerprint(price(kind, amount="1.1"))


@pytest.mark.parametrize("kind", [Buy, StrictBuy])
@pytest.mark.parametrize("number", ["1.00001", "1e400", "1e99999999999999999999", "123456789012345678.0001"])
def test_an_amount_that_does_not_fit_is_refused_and_not_rounded(kind: type[Trip], number: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"price\.amount"):
        price(kind, amount=number)


def test_a_number_is_no_text_and_no_whole_number() -> None:
    with pytest.raises(InvalidRequestError, match=r"name: .*; attempts: "):
        parse_request(f'{{"name": {AMOUNT}, "attempts": {AMOUNT}, "car": "c"}}'.encode(), BookingRequest)
    with pytest.raises(InvalidRequestError, match="must be a JSON object, not float"):
        parse_request(AMOUNT.encode(), BookingRequest)


def test_a_number_keeps_its_text_wherever_it_goes() -> None:
    number = WrittenNumber(AMOUNT)
    for same in (number, copy.deepcopy(number), pickle.loads(pickle.dumps(number))):  # noqa: S301 -- ours
        assert dumps({"a": [same, 1, None, "x"]}) == f'{{"a": [{AMOUNT}, 1, null, "x"]}}'
