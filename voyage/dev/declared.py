"""What is declared of a trip just now.

Python loads a module once, so a changed one is read by a process of its own: `python -m voyage.dev.declared`.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import ValidationError

from voyage.devstack.parent_death import end_with_parent
from voyage.errors import SettingsError
from voyage.trips import Trip
from voyage.trips.errors import DeclarationError
from voyage.trips.example import example_of
from voyage.trips.loading import load_trip
from voyage.trips.reading import type_of
from voyage.trips.variants import variants

READ_WITHIN = 30.0  # seconds
REFUSED = "invalid"
"""Simulated suppliers refuse an item that contains this."""


@dataclass(frozen=True)
class Declared:
    """A trip's legs, each with all that is declared of it, and examples of it, as JSON."""

    legs: dict[str, Any]
    example: dict[str, Any] | None = None
    refusal: dict[str, Any] | None = None
    """The example with one item that simulated suppliers refuse, if there can be one."""
    mistake: str = ""
    """Why there is no example."""


def declared_of(trip: type[Trip]) -> Declared:
    """All that is declared of a trip."""
    legs = {
        name: [type_of(trip.model_fields[name]).json_schema(), asdict(leg)]
        for name, leg in trip.declared_legs.items()
    }
    try:
        example = example_of(trip)
    except DeclarationError as none:
        return Declared(legs, mistake=str(none))
    return Declared(legs, example, next(_refused(trip, example), None))


def read_again(named: str) -> Declared:
    """The same of what `module:Class` stands for now; raises `SettingsError` with the mistake in it."""
    try:
        read = subprocess.run(
            [sys.executable, "-P", "-m", "voyage.dev.declared", named],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=READ_WITHIN,
            check=False,
            preexec_fn=end_with_parent(),
        )
    except subprocess.TimeoutExpired:
        raise SettingsError(f"can't load {named!r}: not done after {READ_WITHIN:g} s.") from None
    if read.returncode:
        raise SettingsError(f"can't load {named!r}: its module ends Python (exit code {read.returncode}).")
    answer = json.loads(read.stdout.splitlines()[-1])  # the module may have printed before
    if isinstance(answer, str):
        raise SettingsError(answer)
    return Declared(**answer)


def _refused(trip: type[Trip], example: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The example with a refused item in it, as late as can be, so that something is undone."""
    for name in reversed([name for name in trip.declared_legs if name in example]):
        for item in variants(example[name], name, _refused_text):
            changed = {**example, name: item}
            try:
                trip.model_validate(changed)
            except ValidationError:
                continue
            yield changed


def _refused_text(name: str) -> str:
    return f"{REFUSED}-{name.replace('_', '-')}"


def _answer(named: str) -> Any:
    try:
        return asdict(declared_of(load_trip(named)))
    except ValueError as mistake:
        return str(mistake)


if __name__ == "__main__":
    print(f"\n{json.dumps(_answer(sys.argv[1]))}")
