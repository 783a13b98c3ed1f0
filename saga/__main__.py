"""`voyage-worker`: runs the booking workflow and its activities; lists what needs a person."""

import typer
import uvloop
from temporalio.service import RPCError

from saga import attention_commands, codec, doctor, worker
from saga.errors import SagaError
from saga.process import run_command, set_up_logging
from saga.settings import WorkerSettings, load
from telemetry.errors import TelemetryError

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
    """Run the command; see `run_command` for its exit codes."""
    run_command("voyage-worker", app, SagaError, TelemetryError, RPCError)


if __name__ == "__main__":
    main()
