"""How a benchmark is run as a command: what can't be measured here ends in one line, not in a trace."""

import sys
from collections.abc import Callable
from subprocess import CalledProcessError

import typer

from voyage import devstack


def run(main: Callable[..., None]) -> None:
    """Run `main` with the command line's options; code 1 if a server or a program that it needs fails."""
    try:
        typer.run(main)
    except (devstack.DevstackError, CalledProcessError) as error:
        sys.exit(f"bench: {error}")
