"""`voyage-worker`: runs the booking workflow and its activities; lists what needs a person."""

import sys

import typer
import uvloop
from temporalio.service import RPCError

from saga import attention_commands, worker
from saga.errors import SagaError
from saga.process import set_up_logging
from saga.settings import WorkerSettings, load

app = typer.Typer(name="voyage-worker", pretty_exceptions_enable=False, add_completion=False)
app.add_typer(attention_commands.app, name="attention")


@app.callback(invoke_without_command=True)
def run(context: typer.Context) -> None:
    """Book trips: serve Temporal's task queue until told to stop. TEMPORAL_ADDRESS says where it is."""
    if context.invoked_subcommand is None:
        set_up_logging()
        uvloop.run(worker.run(load(WorkerSettings)))


def main() -> None:
    """Run the command; exit code 2 and one line for what the user must mend."""
    try:
        app()
    except (SagaError, RPCError) as error:
        print(f"voyage-worker: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
