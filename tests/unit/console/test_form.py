"""The form is made from the trip's schema, and what is typed in it is read as `voyage book` reads it."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from console.trip.examples import examples_of
from console.trip.form import TripForm
from voyage import Leg, Trip
from voyage.trips.tutorial import BookingRequest


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Jeep(BaseModel):
    seats: int = 4
    colour: Colour = Colour.RED
    extras: list[str] = Field(default_factory=list)


class Safari(Trip):
    jeep: Annotated[Jeep, Leg()]
    lodge: Annotated[str | None, Leg(help="Where to sleep.")] = None
    budget: Annotated[Decimal, Field(ge=0)]
    is_private: bool = False
    notes: Annotated[dict[str, str], Field(default_factory=dict)]


FORM = TripForm(Safari)


def test_each_part_has_a_field_of_its_kind() -> None:
    kinds = {one.place: (one.kind, one.is_required) for one in FORM.fields()}
    assert kinds == {
        "name": ("text", True),
        "jeep.seats": ("text", False),
        "jeep.colour": ("choice", False),
        "jeep.extras": ("lines", False),
        "lodge": ("text", False),
        "budget": ("text", True),
        "is_private": ("choice", False),
        "notes": ("json", False),
        "attempts": ("text", False),
        "booking_id": ("text", False),
        "deadline": ("text", False),
    }
    lodge = next(one for one in FORM.fields() if one.place == "lodge")
    assert (lodge.is_leg, lodge.help, lodge.label) == (True, "Where to sleep.", "Lodge")


def test_what_is_typed_becomes_a_request() -> None:
    typed = {
        "name": "Jane",
        "jeep.seats": "5",
        "jeep.extras": "roof\nwinch",
        "budget": "10.50",
        "is_private": "true",
        "notes": '{"a": "b"}',
        "lodge": " ",
    }
    read = FORM.read(typed).request
    assert isinstance(read, Safari)
    assert read.jeep == Jeep(seats=5, extras=["roof", "winch"])
    assert (read.budget, read.is_private, read.notes, read.lodge) == (
        Decimal("10.50"),
        True,
        {"a": "b"},
        None,
    )
    assert read.booking_id


def test_an_id_that_is_typed_is_the_bookings() -> None:
    read = FORM.read({"name": "Jane", "jeep.seats": "5", "budget": "1", "booking_id": "trip-1"}).request
    assert read
    assert read.booking_id == "trip-1"


def test_a_mistake_stands_beside_its_field_and_what_was_typed_stays() -> None:
    filled = FORM.read({"name": "Jane", "jeep.seats": "many", "budget": "-1"})
    assert filled.request is None
    by_place = {one.place: one for one in filled.fields}
    assert by_place["jeep.seats"].mistake
    assert by_place["budget"].mistake
    assert by_place["jeep.seats"].value == "many"
    assert not by_place["name"].mistake


@pytest.mark.parametrize("trip", [BookingRequest, Safari])
def test_each_example_fills_the_form_so_that_it_makes_that_request(trip: type[Trip]) -> None:
    form, examples = TripForm(trip), examples_of(trip)
    assert list(examples) == ["works", "refused", "flaky"]
    for example in examples.values():
        read = form.read(form.of(example.request)).request
        assert read
        assert read == trip.model_validate({**example.request, "booking_id": read.booking_id})
    assert "invalid" in str(examples["refused"].request)
    assert "flaky" in str(examples["flaky"].request)
    assert examples["flaky"].request["attempts"] == 3


class Numbers(Trip):
    seats: Annotated[int, Leg()]


def test_a_trip_without_texts_has_no_example_that_is_refused() -> None:
    assert list(examples_of(Numbers)) == ["works"]
