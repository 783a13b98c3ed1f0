"""The trip that a setting names: `VOYAGE_TRIP=my_trips:Safari`."""

import os
import pkgutil
import sys
from contextlib import redirect_stdout, suppress
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer
from pydantic_settings import BaseSettings, SettingsConfigDict

from voyage.errors import VoyageError
from voyage.trips.trip import Trip
from voyage.trips.tutorial import BookingRequest

_TAKES = "It takes module:Class, of a module that is installed or in the working directory"


def load_trip(named: str) -> type[Trip]:
    """The trip that `module:Class` stands for; raises `ValueError`, whose text says what to do, if none is.

    The working directory is looked at last, so that nothing in it hides a package.
    """
    module, _, name = named.partition(":")
    if not module or not name:
        raise ValueError(f"{named!r} is no trip. {_TAKES}.")
    found = _found(named, module)
    if not (isinstance(found, type) and issubclass(found, Trip)):
        raise ValueError(f"{named!r} is no trip: declare it as class {name}(Trip).")  # noqa: TRY004 -- pydantic
    if not found.declared_legs:
        raise ValueError(f"{named!r} has no leg; mark what is to be booked: jeep: Annotated[str, Leg()].")
    return found


def _found(named: str, module: str) -> Any:
    """What has this name; what its module prints goes to standard error, as it is no output of a command."""
    with suppress(OSError):  # the working directory may be gone
        if os.getcwd() not in sys.path:  # noqa: PTH109 -- sys.path holds texts
            sys.path.append(os.getcwd())  # noqa: PTH109
    try:
        with redirect_stdout(sys.stderr):
            return pkgutil.resolve_name(named)
    except VoyageError as mistake:
        raise ValueError(str(mistake)) from None
    except (Exception, SystemExit) as error:
        where = getattr(sys.modules.get(module), "__file__", None)
        of = f", of {where}" if where else ""
        raise ValueError(f"can't load {named!r} ({type(error).__name__}: {error}{of}). {_TAKES}.") from error


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
    """Your own trip, as `module:Class`: the same for clients, `voyage-consumer` and `voyage-worker`."""
