"""What VOYAGE_TRIP takes: module:Class, or a module with one trip."""

from pathlib import Path

import pytest

from voyage.trips.loading import load_trip
from voyage.trips.tutorial import BookingRequest

TRIP = """
from typing import Annotated

from voyage import Leg, Trip


class {name}(Trip):
    jeep: Annotated[str, Leg()]
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_a_module_with_one_trip_stands_for_it(here: Path) -> None:
    (here / "one_trip.py").write_text(f"{TRIP.format(name='Safari')}\nfrom publisher import BookingRequest\n")

    assert load_trip("one_trip") is load_trip("one_trip:Safari")
    assert load_trip("voyage.trips.tutorial") is BookingRequest


def test_a_package_whose_trip_is_in_a_module_of_it(here: Path) -> None:
    (here / "a_package").mkdir()
    (here / "a_package/trip.py").write_text(TRIP.format(name="Safari"))
    (here / "a_package/__init__.py").write_text("from a_package.trip import Safari")

    assert load_trip("a_package").__name__ == "Safari"


def test_a_module_with_several_trips_has_to_be_followed_by_one(here: Path) -> None:
    (here / "two_trips.py").write_text(TRIP.format(name="Safari") + TRIP.format(name="Cruise"))

    with pytest.raises(ValueError, match="has 2 trips; say which: two_trips:Cruise or two_trips:Safari"):
        load_trip("two_trips")


def test_a_module_without_a_trip(here: Path) -> None:
    (here / "no_trip.py").write_text("from publisher import BookingRequest\nfrom voyage import Trip\n")

    with pytest.raises(ValueError, match="'no_trip' has no trip with legs: declare one as class"):
        load_trip("no_trip")


@pytest.mark.parametrize("named", ["", ":", "my_trips:", ":Safari"])
def test_what_names_nothing(named: str) -> None:
    with pytest.raises(ValueError, match=r"is no trip\. It takes module:Class, or a module with one trip"):
        load_trip(named)
