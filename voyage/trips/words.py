"""What is to be booked, in words for people."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pydantic import BaseModel

from voyage.trips.trip import Trip


def items_of(trip: Trip) -> dict[str, str]:
    """What is to be booked, in words, by leg; an optional leg that is absent is left out."""
    return items_in(trip, trip.model_dump(mode="json", by_alias=True, include=set(trip.declared_legs)))


def items_in(trip: Trip, as_json: Mapping[str, Any]) -> dict[str, str]:
    """The same of a trip whose JSON is there already."""
    given = {name: getattr(trip, name) for name in trip.declared_legs}
    return {name: words_for(value, as_json[name]) for name, value in given.items() if value is not None}


def words_for(value: Any, as_json: Any) -> str:
    """A text as it is; anything else by its own `str()` if its class has one, or as compact JSON."""
    if isinstance(as_json, str):
        return as_json
    if isinstance(value, BaseModel) and vars(BaseModel)["__str__"] is not type(value).__str__:
        with suppress(Exception):  # other people's code
            return " ".join(str(value).split())
    return json.dumps(as_json, ensure_ascii=False, separators=(",", ":"))
