"""`--version`, which every command has."""

from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from voyage.commands.failures import DISTRIBUTION


def installed() -> str:
    """The version of this project that is installed here."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:  # a clone on PYTHONPATH
        return "unknown (not installed)"


def _print(asked: bool) -> None:  # noqa: FBT001 -- typer calls it so
    if asked:
        typer.echo(f"{DISTRIBUTION} {installed()}")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", is_eager=True, callback=_print, help="Print the version, and end.")
]
