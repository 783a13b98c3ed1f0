"""`voyage-worker`: runs the booking workflow and its activities; lists what needs a person."""

import sys

import typer
import uvloop
from temporalio.service import RPCError

from saga import attention_commands, codec, doctor, worker
from saga.errors import SagaError
from saga.process import leaving, set_up_logging
from saga.settings import WorkerSettings, load
from telemetry.errors import StuckError, TelemetryError
from telemetry.health import STUCK_EXIT_CODE

app = typer.Typer(name="voyage-worker", pretty_exceptions_enable=False, add_completion=False)
app.add_typer(attention_commands.app, name="attention")
app.command("codec")(codec.command)
app.command("doctor")(doctor.command)


@app.callback(invoke_without_command=True)
def run(context: typer.Context) -> None:
    """Book trips: serve Temporal's task queue until told to stop. TEMPORAL_ADDRESS says where it is."""
    if context.invoked_subcommand is None:
        settings = load(WorkerSettings)
        set_up_logging(settings)
        uvloop.run(worker.run(settings))


def main() -> None:
    """Run the command; one line and exit code 2 for what the user must mend, 3 for what a new start may."""
    with leaving():
        try:
            app()
        except (SagaError, TelemetryError, RPCError) as error:
            print(f"voyage-worker: {error}", file=sys.stderr)
            sys.exit(STUCK_EXIT_CODE if isinstance(error, StuckError) else 2)


if __name__ == "__main__":
    main()
