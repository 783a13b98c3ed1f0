"""`voyage dev`: its options; what it does is imported only then, as its libraries may be missing."""

import os
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import typer

from voyage.commands.help_texts import examples
from voyage.commands.running import load
from voyage.errors import SettingsError
from voyage.trips.loading import load_trip

EXAMPLES = examples("voyage dev", "voyage dev --trip my_trips:Safari --logs")
TripOption = Annotated[
    str | None,
    typer.Option(metavar="MODULE:CLASS", help="Your trip, instead of VOYAGE_TRIP, or of the tutorial's."),
]


def dev(
    *,
    trip: TripOption = None,
    logs: Annotated[bool, typer.Option("--logs", help="Show the logs of both processes live.")] = False,
) -> None:
    """Try a trip of your own: bring everything up and book an example.

    What you change in its module is taken over.

    Starts RabbitMQ and Temporal, unless AMQP_URL and TEMPORAL_ADDRESS name them, and consumer and worker with
    simulated suppliers, unless VOYAGE_<LEG>_SUPPLIER_* name others. Everything ends with Ctrl-C.
    """
    del trip  # `take_trip` has seen it
    load("voyage.dev.session", "dev").try_trip(show_logs=logs)


def take_trip(arguments: Sequence[str]) -> None:
    """Let VOYAGE_TRIP be what --trip says, before anything reads it; raises `SettingsError` for no trip."""
    for option, value in pairwise([*arguments, ""]):
        name, equals, rest = option.partition("=")
        if name == "--trip" and (given := rest if equals else value):
            try:
                load_trip(given)
            except ValueError as mistake:
                raise SettingsError(f"--trip: {mistake}") from None
            os.environ["VOYAGE_TRIP"] = given
