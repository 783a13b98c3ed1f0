"""`voyage-consumer`: bridges booking requests from RabbitMQ to Temporal, and results back."""

from typing import Annotated

import typer
import uvloop

from consumer import service
from consumer.diagnostics import doctor
from consumer.settings import ConsumerSettings
from saga.temporal.workflow_logs import set_up_logging
from voyage.runtime.process import run_command
from voyage.runtime.settings import load_settings

app = typer.Typer(name="voyage-consumer", pretty_exceptions_enable=False, add_completion=False)
app.command("doctor")(doctor.command)


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    *,
    with_worker: Annotated[
        bool, typer.Option("--with-worker", help="Book here too: no voyage-worker needed.")
    ] = False,
) -> None:
    """Bridge requests to bookings until told to stop. AMQP_URL and TEMPORAL_ADDRESS say where."""
    if context.invoked_subcommand is None:
        settings = load_settings(ConsumerSettings)
        set_up_logging(settings)
        if with_worker:
            settings = settings.model_copy(update={"with_worker": True})
        uvloop.run(service.run(settings))


def main() -> None:
    """Run the command; see `run_command` for its exit codes."""
    run_command("voyage-consumer", app)


if __name__ == "__main__":
    main()
