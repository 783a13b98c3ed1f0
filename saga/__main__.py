"""`voyage-worker`: runs the booking workflow and its activities; lists what needs a person."""

import typer
import uvloop

from saga import worker
from saga.cli import attention, doctor
from saga.payloads import codec_server
from saga.settings import WorkerSettings
from saga.temporal.workflow_logs import set_up_logging
from voyage.runtime.process import run_command
from voyage.runtime.settings import load_settings

app = typer.Typer(name="voyage-worker", pretty_exceptions_enable=False, add_completion=False)
app.add_typer(attention.app, name="attention")
app.command("codec")(codec_server.serve)
app.command("doctor")(doctor.command)


@app.callback(invoke_without_command=True)
def run(context: typer.Context) -> None:
    """Book trips: serve Temporal's task queue until told to stop. TEMPORAL_ADDRESS says where it is."""
    if context.invoked_subcommand is None:
        settings = load_settings(WorkerSettings)
        set_up_logging(settings)
        uvloop.run(worker.run(settings))


def main() -> None:
    """Run the command; see `run_command` for its exit codes."""
    run_command("voyage-worker", app)


if __name__ == "__main__":
    main()
