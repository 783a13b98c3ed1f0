"""`voyage results`: results as they come, for programs or for people."""

from typing import Annotated

import typer
from pydantic import BaseModel

from publisher.cli import rendering
from publisher.cli.terminal import run, stdout, valid
from publisher.client import Client
from publisher.settings import QueueName
from voyage.commands.help_texts import examples

EXAMPLES = examples("voyage results --count 3", "voyage results --table")


def results(
    *,
    count: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Stop after so many; default: go on.")
    ] = None,
    queue: Annotated[
        str | None, typer.Option(metavar="NAME", help="Another queue than the results queue.")
    ] = None,
    table: Annotated[
        bool, typer.Option("--table/--json", help="A table, or one JSON object per line.")
    ] = False,
) -> None:
    """Print results as they come, one JSON line each, until Ctrl-C.

    A result that was printed has left the queue. Ctrl-C ends with exit code 130.
    """
    if queue is not None:
        valid(_Named, {"queue": queue}, lambda _, text, __: ("--queue", text))
    run(
        _results(count, queue, table=table), lambda: "Results that were not printed are still in their queue."
    )


class _Named(BaseModel):
    queue: QueueName


async def _results(count: int | None, queue: str | None, *, table: bool) -> None:
    async with await Client.connect() as client:
        if table:
            stdout.print(rendering.results_table(header=True))
        async for result in client.results(queue, count=count):
            if table:
                stdout.print(rendering.results_table(result))
            else:
                typer.echo(result.model_dump_json())
