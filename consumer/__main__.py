"""`voyage-consumer`: bridges booking requests from RabbitMQ to Temporal, and results back."""

import sys
from typing import Annotated

import typer
import uvloop

from consumer import doctor, service
from consumer.errors import ConsumerError
from consumer.settings import ConsumerSettings
from publisher.errors import VoyageError
from publisher.settings import load
from saga.errors import SagaError
from saga.process import leaving, set_up_logging
from telemetry.errors import StuckError, TelemetryError
from telemetry.health import STUCK_EXIT_CODE

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
        settings = load(ConsumerSettings)
        set_up_logging(settings)
        if with_worker:
            settings = settings.model_copy(update={"with_worker": True})
        uvloop.run(service.run(settings))


def main() -> None:
    """Run the command; one line and exit code 2 for what the user must mend, 3 for what a new start may."""
    with leaving():
        try:
            app()
        except (VoyageError, SagaError, ConsumerError, TelemetryError) as error:
            print(f"voyage-consumer: {error}", file=sys.stderr)
            sys.exit(STUCK_EXIT_CODE if isinstance(error, StuckError) else 2)


if __name__ == "__main__":
    main()
