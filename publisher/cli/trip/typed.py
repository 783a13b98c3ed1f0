"""The line that books an example of a trip, as it can be typed."""

import json
import shlex
from typing import Any

from publisher.cli.trip.options import TripOptions
from voyage.trips import Trip
from voyage.trips.errors import DeclarationError
from voyage.trips.example import example_of
from voyage.trips.trip import ENVELOPE

WIDEST = 74  # columns


def example_line(trip: type[Trip], options: TripOptions) -> str:
    """`voyage book` with an option for each field of the example; in several lines, if it is long."""
    try:
        made = example_of(trip)
        words = [f"{options.name(name)} {typed(made[name])}" for name in made if name not in ENVELOPE]
    except DeclarationError:
        needed = [name for name, field in trip.model_fields.items() if field.is_required()]
        words = [options.shown(name) for name in needed if name not in ENVELOPE]
    lines = ["voyage book"]
    for word in words:
        if len(lines[-1]) + len(word) < WIDEST:
            lines[-1] += f" {word}"
        else:
            lines[-1] += " \\"
            lines.append(f"    {word}")
    return "\n  ".join(lines)


def typed(value: Any) -> str:
    """A value as a shell takes it: a text as it is, anything else as JSON."""
    return shlex.quote(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
