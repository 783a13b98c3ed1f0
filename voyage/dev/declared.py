"""What is declared of a trip just now.

Python loads a module once, so a changed one is read by a process of its own: `python -m voyage.dev.declared`.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import Any

from voyage.devstack.parent_death import end_with_parent
from voyage.errors import SettingsError
from voyage.trips import Trip
from voyage.trips.errors import DeclarationError
from voyage.trips.example import REFUSED, example_of, with_word
from voyage.trips.loading import load_trip
from voyage.trips.reading import type_of

READ_WITHIN = 30.0  # seconds


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
    return Declared(legs, example, with_word(trip, example, REFUSED))


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


def _answer(named: str) -> Any:
    try:
        return asdict(declared_of(load_trip(named)))
    except ValueError as mistake:
        return str(mistake)


if __name__ == "__main__":
    print(f"\n{json.dumps(_answer(sys.argv[1]))}")
