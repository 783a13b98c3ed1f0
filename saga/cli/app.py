"""The command `voyage-worker`: what can be typed, and what it says of the libraries' errors."""

from collections.abc import Sequence

import typer
import uvloop
from temporalio.service import RPCError

from saga import worker
from saga.cli import attention, doctor
from saga.payloads import codec_server
from saga.settings import WorkerSettings
from saga.temporal.connection import rpc_failure
from saga.temporal.workflow_logs import set_up_logging
from voyage.commands.help_texts import examples
from voyage.commands.options import service_app
from voyage.commands.version import VersionOption
from voyage.runtime.settings import RuntimeSettings, load_settings
from voyage.runtime.system_errors import require_descriptors

app = service_app("voyage-worker", "VOYAGE_SUPPLIERS=simulated voyage-worker  # nothing is really booked")
app.add_typer(attention.app, name="attention")
app.command("codec", epilog=examples("voyage-worker codec"))(codec_server.serve)
app.command("doctor", epilog=examples("voyage-worker doctor", "voyage-worker doctor --all"))(doctor.command)


@app.callback(invoke_without_command=True)
def run(context: typer.Context, *, version: VersionOption = False) -> None:  # noqa: ARG001 -- it has ended by then
    """Book trips: serve Temporal's task queue until told to stop.

    TEMPORAL_ADDRESS says where it is.
    """
    if context.invoked_subcommand is None:
        settings = load_settings(WorkerSettings)
        require_descriptors()
        uvloop.run(worker.run(settings))


def prepare(arguments: Sequence[str]) -> None:
    """Have the log of the process before anything is read that settings name, which may raise."""
    if all(word.startswith("-") for word in arguments):
        set_up_logging(load_settings(RuntimeSettings))


def explain(error: BaseException) -> str | None:
    """One sentence about an error of a library, or None for one that is a bug of ours."""
    return (
        f"{rpc_failure(error)} Try again, or see: voyage-worker doctor"
        if isinstance(error, RPCError)
        else None
    )
