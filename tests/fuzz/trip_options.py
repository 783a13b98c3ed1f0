"""Whatever is typed or sent for a trip is a request that can be read again, or a mistake that is told."""

import json
from collections.abc import Callable
from typing import Any

import typer
from hypothesis import strategies as st
from pydantic import ValidationError

from consumer.parsing import parse_request
from publisher.cli.terminal import valid
from publisher.cli.trip.edits import edits_of
from publisher.cli.trip.options import TripOptions
from publisher.contract.places import NoPlaceError, problems, with_changes
from publisher.contract.request import MAX_BODY_BYTES
from tests.fuzz.hunting import Target, each
from tests.fuzz.texts import NUMBERS, TEXTS
from tests.trips.odd import Odd
from tests.trips.safari import Safari
from voyage.trips import Trip
from voyage.trips.reading import read_model
from voyage.trips.tutorial import BookingRequest
from voyage.trips.words import items_of

Typed = dict[str, str]
TRIPS: tuple[type[Trip], ...] = (Odd, Safari, BookingRequest)
OPTIONS = {trip: TripOptions(trip, ("--name", "--json")) for trip in TRIPS}
PLACES = sorted({part.place for options in OPTIONS.values() for _, part in options.keyed()})
KEYS = st.sampled_from(sorted({name for place in PLACES for name in place.split(".")} | {"0"})) | TEXTS
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
VALUES = TEXTS | NUMBERS | JSON.map(json.dumps)
CASES = st.tuples(
    st.sampled_from(TRIPS),
    st.dictionaries(st.sampled_from(PLACES), VALUES, max_size=6),
    st.lists(st.builds("{}{}{}".format, KEYS, st.sampled_from(["=", ".0=", ".x=", ""]), VALUES), max_size=3),
    st.dictionaries(KEYS, JSON, max_size=6),
)


def check(case: tuple[type[Trip], Typed, list[str], dict[str, Any]]) -> None:
    """Book by options, read as a message, and change a message."""
    trip, typed, changes, sent = case
    assert outcome(lambda: fits(book(trip, typed)), typed)
    assert outcome(lambda: fits(read_model(trip, sent)), sent)
    assert outcome(lambda: json.dumps(with_changes(sent, edits_of(changes, trip))), sent)


def outcome(work: Callable[[], object], given: object) -> str:
    """What is told of it."""
    try:
        work()
    except typer.BadParameter as mistake:
        return mistake.format_message()
    except ValidationError as invalid:
        return "; ".join(problems(invalid, given))
    except NoPlaceError as missing:
        return str(missing)
    return "fine"


def book(trip: type[Trip], typed: Typed) -> Trip:
    """As `voyage book` does."""
    options = OPTIONS[trip]
    texts = {key: (part, typed[part.place]) for key, part in options.keyed() if part.place in typed}
    given = {key: [text] if part.is_list else text for key, (part, text) in texts.items()}
    return valid(trip, {"name": "Jane", **options.body(given)}, options.complaint)


def fits(request: Trip) -> None:
    """What is sent of it is what arrives."""
    body = request.to_body()
    if len(body) <= MAX_BODY_BYTES:
        arrived = parse_request(body, type(request))
        assert arrived == request
        assert items_of(arrived) == items_of(request)


TARGET = Target("trips", CASES, each(check, "trips"), examples=150)
