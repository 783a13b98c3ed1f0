"""The command `voyage` whole: the client's, and `dev`, of which the client itself knows nothing."""

from collections.abc import Sequence

from publisher.cli.app import app, explain
from voyage.dev import command

__all__ = ["app", "explain", "prepare"]

app.command(epilog=command.EXAMPLES)(command.dev)


def prepare(arguments: Sequence[str]) -> None:
    """What must be so before the environment is checked."""
    if arguments[:1] == ["dev"]:
        command.take_trip(arguments)
