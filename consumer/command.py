"""The command `voyage-consumer`: its options, and what it says of the libraries' errors."""

from collections.abc import Sequence
from typing import Annotated

import typer
import uvloop

from consumer import service
from consumer.diagnostics import doctor
from consumer.settings import ConsumerSettings
from publisher.cli.failures import explain as explain_amqp
from saga.cli.app import explain as explain_temporal
from saga.temporal.workflow_logs import set_up_logging
from voyage.commands.help_texts import examples
from voyage.commands.options import service_app
from voyage.commands.version import VersionOption
from voyage.runtime.settings import RuntimeSettings, load_settings
from voyage.runtime.system_errors import require_descriptors

app = service_app("voyage-consumer", "voyage-consumer --with-worker")
app.command("doctor", epilog=examples("voyage-consumer doctor", "voyage-consumer doctor --fix"))(
    doctor.command
)


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    *,
    with_worker: Annotated[
        bool, typer.Option("--with-worker", help="Book here too: no voyage-worker needed.")
    ] = False,
    version: VersionOption = False,  # noqa: ARG001 -- it has ended by then
) -> None:
    """Bridge requests to bookings until told to stop.

    AMQP_URL and TEMPORAL_ADDRESS say where.
    """
    if context.invoked_subcommand is None:
        settings = load_settings(ConsumerSettings)
        if with_worker:
            settings = settings.model_copy(update={"with_worker": True})
        require_descriptors()
        uvloop.run(service.run(settings))


def prepare(arguments: Sequence[str]) -> None:
    """Have the log of the process before anything is read that settings name, which may raise."""
    if all(word.startswith("-") for word in arguments):
        set_up_logging(load_settings(RuntimeSettings))


def explain(error: BaseException) -> str | None:
    """One sentence about an error of a library, or None for one that is a bug of ours."""
    return explain_amqp(error) or explain_temporal(error)
