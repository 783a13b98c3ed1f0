"""The changes of `voyage dead replay --set FIELD=VALUE`."""

from collections.abc import Iterable, Mapping
from typing import Any

import typer

from publisher.cli.trip.parts import Part, parts_of
from publisher.cli.trip.values import loose_value, value_of
from voyage.trips import Trip

OPTION = "--set"


def edits_of(changes: Iterable[str], trip: type[Trip]) -> Mapping[str, Any]:
    """The values by place, such as `jeep.seats`; a usage error for a place that no such request has."""
    parts = {part.place: part for part in parts_of(trip)}
    return dict(_edit(change, parts) for change in changes)


def _edit(change: str, parts: Mapping[str, Part]) -> tuple[str, Any]:
    place, equals, text = change.partition("=")
    if not equals or place == "booking_id":
        raise typer.BadParameter("takes FIELD=VALUE; the booking id can't be changed", param_hint=OPTION)
    part = parts.get(place)
    if part is None and not _lies_in_what_has_no_names(place, parts):
        above = place.rpartition(".")[0]
        beside = [known for known in parts if known.rpartition(".")[0] == above and known != "booking_id"]
        known = beside or [known for known in parts if "." not in known and known != "booking_id"]
        raise typer.BadParameter(f"no field {place!r}; there are {', '.join(known)}", param_hint=OPTION)
    typed = [text] if part and part.is_list else text
    return place, value_of(part, typed) if part else loose_value(text)


def _lies_in_what_has_no_names(place: str, parts: Mapping[str, Part]) -> bool:
    """Whether it is inside a list, such as `guests.0.name`, or in an object whose keys are free."""
    above = place
    while "." in above:
        above = above.rpartition(".")[0]
        if above in parts:
            return parts[above].is_open and not any(known.startswith(f"{above}.") for known in parts)
    return False
