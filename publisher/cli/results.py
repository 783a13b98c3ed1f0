"""`voyage results`: results as they come, for programs or for people."""

from typing import Annotated

import typer
from pydantic import BaseModel

from publisher.cli import rendering
from publisher.cli.terminal import run, seconds, stderr, stdout, valid
from publisher.client import Client
from publisher.settings import QueueName
from voyage.commands.failures import Exit
from voyage.commands.help_texts import examples

EXAMPLES = examples("voyage results --count 3", "voyage results --table --timeout 60")
STAY = "Results that were not printed are still in their queue."


def results(
    *,
    count: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Stop after so many; default: go on.")
    ] = None,
    queue: Annotated[
        str | None, typer.Option(metavar="NAME", help="Another queue than the results queue.")
    ] = None,
    timeout: Annotated[float | None, seconds("End after so long without a result; default: go on.")] = None,
    table: Annotated[
        bool, typer.Option("--table/--json", help="A table, or one JSON object per line.")
    ] = False,
) -> None:
    """Print results as they come, one JSON line each, until Ctrl-C.

    A result that was printed has left the queue. Exit code 3: fewer than --count came before the --timeout;
    130: Ctrl-C.
    """
    if queue is not None:
        valid(_Named, {"queue": queue}, lambda _, text, __: ("--queue", text))
    came = run(_results(count, queue, timeout, table=table), lambda: STAY)
    if count is not None and came < count:
        stderr.print(f"voyage: {came} of {count} results came; then none for {timeout:g} s. Ask again later.")
        raise typer.Exit(Exit.NO_RESULT)


class _Named(BaseModel):
    queue: QueueName


async def _results(count: int | None, queue: str | None, timeout: float | None, *, table: bool) -> int:
    """How many were printed."""
    came = 0
    async with await Client.connect() as client:
        if table:
            stdout.print(rendering.results_header(stdout.width))
        async for result in client.results(queue, count=count, timeout=timeout):
            came += 1
            if table:
                stdout.print(rendering.result_row(result, stdout.width))
            else:
                typer.echo(result.model_dump_json())
    return came
