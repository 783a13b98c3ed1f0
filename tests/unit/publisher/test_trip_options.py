"""`voyage book` has an option for each part of a trip, whatever that trip is."""

from datetime import date, datetime
from decimal import Decimal
from inspect import Parameter
from typing import Annotated, Any, get_args

import pytest
import typer
from pydantic import BaseModel, Field

from publisher.cli.terminal import MissingOptionError, valid
from publisher.cli.trip.edits import edits_of
from publisher.cli.trip.options import TripOptions
from publisher.cli.trip.parts import parts_of
from publisher.cli.trip.typed import example_line
from tests.trips.odd import Guest, Odd, Tent
from tests.trips.safari import Safari
from voyage import Leg, Trip
from voyage.trips.tutorial import BookingRequest


class Loose(BaseModel):
    free: Any = None
    pair: tuple[str, int] = ("", 0)
    straße: str = ""  # noqa: PLC2401 -- no option can have it


class Free(Trip):
    """A trip with a place for anything."""

    leg: Annotated[Loose, Leg()]


TAKEN = ("--name", "--json", "--timeout")


def body(trip: type[Trip], **given: Any) -> dict[str, Any]:
    """What these options make; `jeep__seats` is --jeep.seats."""
    options = TripOptions(trip, TAKEN)
    keys = {options.name(part.place): key for key, part in options.keyed()}
    places = {name.replace("__", "."): typed for name, typed in given.items()}
    return options.body({keys[options.name(place)]: typed for place, typed in places.items()})


def parse(trip: type[Trip], **given: Any) -> Trip:
    made = {"name": "Jane", **body(trip, **given)}
    return valid(trip, made, TripOptions(trip, TAKEN).complaint)


SAFARI = {"permit": "p", "lodge": '{"name": "l", "nights": 2}', "voucher__code": "x"}


def test_a_structured_field_is_given_as_json_by_its_parts_or_both_and_the_parts_win() -> None:
    whole = parse(Safari, **SAFARI, jeep='{"seats": 3, "start": "2030-01-31"}')
    parts = parse(Safari, **SAFARI, jeep__seats="3", jeep__start="2030-01-31")
    both = parse(Safari, **SAFARI, jeep='{"seats": 9, "start": "2030-01-31"}', jeep__seats="3")

    assert whole == parts == both
    assert whole.model_dump()["jeep"] == {"seats": 3, "start": date(2030, 1, 31)}
    assert whole.model_dump()["guide"] is None


ODD: dict[str, Any] = {"type": "4", "class_": "red"}


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"json_": "yes"}, True),
        ({"json_": "false"}, False),
        ({"watching": "4"}, 4),
        ({"price": "12.50"}, Decimal("12.50")),
        ({"at": "2030-01-31T12:00:00"}, datetime(2030, 1, 31, 12)),  # noqa: DTZ001 -- as it was given
        ({"sights": ["4", "lions"]}, ["4", "lions"]),
        ({"sights": ['["4", "lions"]']}, ["4", "lions"]),
        ({"guests": ['{"name": "Ann"}', '{"name": "Bob"}']}, [Guest(name="Ann"), Guest(name="Bob")]),
        ({"extras": '{"wifi": 1}'}, {"wifi": 1}),
        ({"room__kind": "tent", "room__max_poles": "4"}, Tent(kind="tent", max_poles=4)),
        ({"choice": "auto"}, "auto"),
        ({"choice": "4"}, 4),
        ({"host__host": '{"name": "Ann"}', "host__name": "Bob"}, Guest(name="Bob", host=Guest(name="Ann"))),
    ],
)
def test_values_are_text_or_json(given: dict[str, Any], value: object) -> None:
    [field] = {name.partition("__")[0] for name in given}
    trip = parse(Odd, **ODD, **given)
    assert getattr(trip, field) == value
    assert trip.model_dump()["type"] == "4"


def test_an_option_is_called_like_its_field_unless_that_is_taken() -> None:
    options = TripOptions(Odd, TAKEN)
    named = {place: options.name(place) for place in ("class_", "json_", "room.max_poles")}
    assert named == {"class_": "--class", "json_": "--json_", "room.max_poles": "--room.max-poles"}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "--jeep must be given."),
        ({"jeep__seats": "3"}, "Invalid value for --jeep.start: must be given"),
        (
            {"jeep__seats": "0", "jeep__start": "2030-01-31"},
            "Invalid value for --jeep.seats: takes 1 or more",
        ),
        (
            {"jeep": '{"seats": 0, "start": "2030-01-31"}'},
            "Invalid value for --jeep.seats: takes 1 or more",
        ),
        ({"jeep": '{"seats": '}, "Invalid value for --jeep: takes JSON; Expecting value"),
        (
            {"jeep": '{"seats": 1, "seats": 2}'},
            "Invalid value for --jeep: takes JSON; the key 'seats' is there more",
        ),
        ({"jeep": "4"}, "Invalid value for --jeep: takes a JSON object"),
        (
            {"jeep": "4", "jeep__seats": "4"},
            "Invalid value for --jeep: takes a JSON object, beside --jeep.seats",
        ),
    ],
)
def test_a_wrong_value_is_told_by_its_option(given: dict[str, str], complaint: str) -> None:
    with pytest.raises(typer.BadParameter) as mistake:
        parse(Safari, **SAFARI, **given)
    assert mistake.value.format_message().startswith(complaint)
    assert isinstance(mistake.value, MissingOptionError) == complaint.endswith("must be given.")


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"guests": ['{"name": 4}']}, "Invalid value for --guests: 0.name: takes a text"),
        ({"room__kind": "tent", "room__max_poles": "x"}, "Invalid value for --room.max-poles: takes"),
        ({"class_": "green"}, "Invalid value for --class: takes 'red' or 'blue'"),
    ],
)
def test_what_no_option_names_is_told_behind_the_one_above(given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(typer.BadParameter) as mistake:
        parse(Odd, **{**ODD, **given})
    assert mistake.value.format_message().startswith(complaint)


def test_the_example_is_a_line_that_can_be_typed() -> None:
    assert example_line(BookingRequest, TripOptions(BookingRequest, TAKEN)) == (
        "voyage book --car my-car --hotel my-hotel --flight my-flight"
    )
    line = example_line(Safari, TripOptions(Safari, TAKEN))
    assert """--lodge '{"name": "my-name"}' """ in line.replace(" \\\n     ", "")
    assert max(map(len, line.splitlines())) < 80


def test_a_trip_of_which_no_example_can_be_made_has_one_all_the_same() -> None:
    class Coded(Trip):
        code: Annotated[str, Leg(), Field(pattern="^[A-Z]{3}$")]

    assert example_line(Coded, TripOptions(Coded, TAKEN)) == "voyage book --code ITEM"


def test_changes_of_a_dead_letter_are_read_as_options_are() -> None:
    changes = ("jeep.seats=3", 'lodge={"name": "l"}', "permit=4=5", "attempts=7", "guide=")
    assert edits_of(changes, Safari) == {
        "jeep.seats": 3,
        "lodge": {"name": "l"},
        "permit": "4=5",
        "attempts": "7",
        "guide": "",
    }
    assert edits_of(("guests.0.name=4", "extras.wifi=1", "sights=a"), Odd) == {
        "guests.0.name": "4",
        "extras.wifi": 1,
        "sights": ["a"],
    }


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("", "takes FIELD=VALUE"),
        ("=3", "no field ''; there are name,"),
        (
            "jep.seats=3",
            "no field 'jep.seats'; there are name, attempts, jeep, lodge, guide, permit, voucher",
        ),
        ("jeep.seets=3", "no field 'jeep.seets'; there are jeep.seats, jeep.start"),
        ("permit.code=3", "no field 'permit.code'; there are name,"),
        ("jeep", "takes FIELD=VALUE; the booking id can't be changed"),
        ("booking_id=x", "takes FIELD=VALUE; the booking id can't be changed"),
    ],
)
def test_a_change_of_what_isnt_there_is_refused_with_what_there_is(change: str, told: str) -> None:
    with pytest.raises(typer.BadParameter) as mistake:
        edits_of([change], Safari)
    assert str(mistake.value).startswith(told)


class Address(BaseModel):
    straße: str  # noqa: PLC2401 -- as it may be
    no_1: int = 1


class Delivered(Trip):
    to: Annotated[Address, Leg(help="Where it goes")]
    stops: Annotated[list[str] | None, Field(description="On the way (in order)")] = None
    note: Annotated[str, Field(description="For all")] = ""


def test_a_part_may_be_called_in_any_language() -> None:
    assert parse(Delivered, to__straße="Hauptstraße 1").model_dump()["to"] == {
        "straße": "Hauptstraße 1",
        "no_1": 1,
    }


def test_a_help_that_goes_on_has_a_full_stop() -> None:
    helps = {
        option.default: option.help
        for option in (_option(one) for one in TripOptions(Delivered, ()).parameters())
    }
    assert helps["--to"] == "Where it goes. Whole, or by its parts.  [required]"
    assert helps["--stops"] == "On the way (in order). May be given more than once."
    assert helps["--note"] == "For all"


def _option(parameter: Parameter) -> Any:
    return get_args(parameter.annotation)[1]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("guests.0.nmae=x", "no field 'guests.0.nmae'; there are guests.0.name, guests.0.host"),
        (
            "guests.0.host.host.nmae=x",
            "no field 'guests.0.host.host.nmae'; there are guests.0.host.host.name,",
        ),
        ("guests.x.name=x", "no field 'guests.x.name'; there are name,"),
        ("guests.x=x", "no field 'guests.x'; guests is a list, whose first item is guests.0"),
        ("guests.-1=x", "no field 'guests.-1'; guests is a list"),
        ("guests.00=x", "no field 'guests.00'; guests is a list"),
        ("guests.name=x", "no field 'guests.name'; guests is a list"),
        ("sights.0.x=x", "no field 'sights.0.x'; there are name,"),
        ("extras.wifi.speed=1", "no field 'extras.wifi.speed'; there are name,"),
        ("room.poles=1", "no field 'room.poles'; there are room.kind, room.beds, room.max_poles"),
    ],
)
def test_names_within_lists_are_checked(change: str, told: str) -> None:
    with pytest.raises(typer.BadParameter) as mistake:
        edits_of([change], Odd)
    assert str(mistake.value).startswith(told)


def test_changes_within_lists_are_read_by_what_their_items_are() -> None:
    changes = ("guests.10.host.name=4", "sights.0=5", "extras.a-b=5", "room.max_poles=7", "guests.0.host={}")
    assert edits_of(changes, Odd) == {
        "guests.10.host.name": "4",
        "sights.0": "5",
        "extras.a-b": 5,
        "room.max_poles": 7,
        "guests.0.host": {},
    }
    assert edits_of(("leg.free.whatever.0=5", "leg.pair.1=5", "leg.straße=x"), Free) == {
        "leg.free.whatever.0": "5",
        "leg.pair.1": 5,
        "leg.straße": "x",
    }
    with pytest.raises(typer.BadParameter, match=r"no field 'leg\.pair\.2'"):
        edits_of(["leg.pair.2=5"], Free)


def test_what_holds_itself_has_options_once() -> None:
    assert [part.place for part in parts_of(Odd) if part.place.startswith("host")] == [
        "host",
        "host.name",
        "host.host",
    ]
