"""The trip that a setting names: `VOYAGE_TRIP=my_trips:Safari`, or `my_trips`, which has no other."""

import os
import pkgutil
import sys
from contextlib import redirect_stdout, suppress
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer
from pydantic_settings import BaseSettings, SettingsConfigDict

from voyage.errors import SettingsError, VoyageError
from voyage.tracebacks import log_traceback
from voyage.trips.load_failure import TAKES, why
from voyage.trips.trip import Trip
from voyage.trips.tutorial import BookingRequest


def look_here_last() -> None:
    """Let modules of the working directory be found; nothing in it hides a package."""
    with suppress(OSError):  # it may be gone
        if os.getcwd() not in sys.path:  # noqa: PTH109 -- sys.path holds texts
            sys.path.append(os.getcwd())  # noqa: PTH109


def load_trip(named: str) -> type[Trip]:
    """The trip that `module:Class` stands for, or `module`, if one trip with legs is defined in it.

    Raises `ValueError`, whose text says what to do, if no trip is meant.
    """
    module, colon, name = named.partition(":")
    if not module or bool(colon) != bool(name):
        raise ValueError(f"{named!r} is no trip. {TAKES}.")
    found = _found(named, module, name)
    if not (isinstance(found, type) and issubclass(found, Trip)):
        raise ValueError(f"{named!r} is no trip: declare it as class {name}(Trip).")  # noqa: TRY004 -- pydantic
    if not found.declared_legs:
        raise ValueError(f"{named!r} has no leg; mark what is to be booked: jeep: Annotated[str, Leg()].")
    return found


def _found(named: str, module: str, name: str) -> Any:
    """What has this name; what its module prints goes to standard error, as it is no output of a command."""
    look_here_last()
    try:
        with redirect_stdout(sys.stderr):
            return pkgutil.resolve_name(named) if name else _only_trip_of(import_module(module))
    except VoyageError as mistake:
        raise ValueError(str(mistake)) from None
    except (Exception, SystemExit) as error:
        log_traceback(named, error, by=__file__)
        where = getattr(sys.modules.get(module), "__file__", None)
        raise ValueError(f"can't load {named!r} {why(module, error, where)}") from error


def _only_trip_of(module: ModuleType) -> type[Trip]:
    """The one with legs that is defined in the module, or in a package below it."""
    within = f"{module.__name__}."
    own = {
        found
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Trip) and f"{found.__module__}.".startswith(within)
    }
    trips = sorted((trip for trip in own if trip.declared_legs), key=lambda trip: trip.__name__)
    if not trips:
        raise SettingsError(f"{module.__name__!r} has no trip with legs: declare one as class MyTrip(Trip).")
    if len(trips) > 1:
        names = " or ".join(f"{module.__name__}:{trip.__name__}" for trip in trips)
        raise SettingsError(f"{module.__name__!r} has {len(trips)} trips; say which: {names}.")
    return trips[0]


def name_of(trip: type[Trip]) -> str:
    """What `load_trip` takes for a trip."""
    return f"{trip.__module__}:{trip.__qualname__}"


def _loaded(given: Any) -> Any:
    return load_trip(given) if isinstance(given, str) else given


TripSetting = Annotated[type[Trip], BeforeValidator(_loaded), PlainSerializer(name_of)]


class TripSettings(BaseSettings):
    """Which trip is booked."""

    model_config = SettingsConfigDict(env_prefix="VOYAGE_", frozen=True, use_attribute_docstrings=True)

    trip: TripSetting = BookingRequest
    """Your own trip, as `module:Class`, or `module` if it has one; the same for clients, consumer, worker."""
