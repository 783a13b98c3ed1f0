"""The trip that the commands book, chosen when they are imported."""

from dataclasses import dataclass

from voyage.errors import SettingsError
from voyage.runtime.settings import load_settings
from voyage.trips import Trip
from voyage.trips.loading import TripSettings


@dataclass(frozen=True)
class ChosenTrip:
    """A trip; with a `mistake`, none can be booked, and only the help goes on without."""

    kind: type[Trip]
    mistake: SettingsError | None = None


def chosen_trip() -> ChosenTrip:
    """The trip that the settings name."""
    try:
        return ChosenTrip(load_settings(TripSettings).trip)
    except SettingsError as mistake:
        return ChosenTrip(Trip, mistake)
