"""The changes of `voyage dead replay --set FIELD=VALUE`."""

from collections.abc import Iterable, Mapping
from typing import Any

import typer

from publisher.cli.trip.request_schema import RequestSchema
from publisher.cli.trip.values import value_of
from voyage.trips import Trip

OPTION = "--set"


def edits_of(changes: Iterable[str], trip: type[Trip]) -> Mapping[str, Any]:
    """The values by place, such as `jeep.seats`; a usage error for a place that no such request has."""
    schema = RequestSchema(trip)
    return dict(_edit(change, schema) for change in changes)


def _edit(change: str, schema: RequestSchema) -> tuple[str, Any]:
    place, equals, text = change.partition("=")
    if not equals or place == "booking_id":
        raise typer.BadParameter("takes FIELD=VALUE; the booking id can't be changed", param_hint=OPTION)
    part = schema.part(place)
    if not part:
        raise typer.BadParameter(f"no field {place!r}; {_what_there_is(place, schema)}", param_hint=OPTION)
    return place, value_of(part, [text] if part.is_list else text)


def _what_there_is(place: str, schema: RequestSchema) -> str:
    above = place.rpartition(".")[0]
    holder = schema.part(above)
    if holder and holder.is_list:
        return f"{above} is a list, whose first item is {above}.0"
    beside = [f"{above}.{name}" for name in schema.names(above)] if above else []
    known = beside or [name for name in schema.names() if name != "booking_id"]
    return f"there are {', '.join(known)}"
