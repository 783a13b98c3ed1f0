"""The command `voyage-console`: its options, and how a line of its password file is made."""

import logging
import sys
from collections.abc import Sequence
from getpass import getpass
from typing import Annotated

import typer
import uvloop

from console import service
from console.access.users import Right, line_of
from console.settings import ConsoleSettings
from consumer.command import explain
from voyage.commands.help_texts import examples
from voyage.commands.options import service_app
from voyage.commands.version import VersionOption
from voyage.runtime.process import set_up_logging
from voyage.runtime.settings import RuntimeSettings, load_settings
from voyage.runtime.system_errors import require_descriptors

__all__ = ["app", "explain"]

app = service_app("voyage-console", "VOYAGE_CONSOLE_PORT=8091 voyage-console")


@app.callback(invoke_without_command=True)
def run(context: typer.Context, *, version: VersionOption = False) -> None:  # noqa: ARG001 -- it has ended by then
    """Show every booking live in a browser, and what needs a person, until told to stop.

    AMQP_URL and TEMPORAL_ADDRESS say where they are. It listens at http://127.0.0.1:8090 by default.
    """
    if context.invoked_subcommand is None:
        settings = load_settings(ConsoleSettings)
        require_descriptors()
        uvloop.run(service.run(settings))


@app.command(
    epilog=examples(
        "voyage-console password jane >> console-users  # may look",
        "voyage-console password joe --act >> console-users",
    )
)
def password(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The user's name.")],
    *,
    act: Annotated[bool, typer.Option("--act", help="The user may also act; otherwise only look.")] = False,
) -> None:
    """Print a user's line for the file in VOYAGE_CONSOLE_USERS.

    It asks for the password, or reads it from standard input. The file holds a hash of it (Argon2id).
    """
    given = _asked() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    try:
        typer.echo(line_of(name, Right.ACT if act else Right.LOOK, given))
    except ValueError as mistake:
        raise typer.BadParameter(str(mistake)) from None


def _asked() -> str:
    first = getpass("Password: ")
    if getpass("The same again: ") != first:
        raise typer.BadParameter("the two are not the same")
    return first


def prepare(arguments: Sequence[str]) -> None:
    """Have the log of the process before anything is read that settings name, which may raise."""
    if all(word.startswith("-") for word in arguments):
        set_up_logging(load_settings(RuntimeSettings))
        for library in ("aiormq", "aio_pika"):  # the pages say what they would say
            logging.getLogger(library).setLevel(logging.CRITICAL)
