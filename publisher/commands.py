"""The `voyage` command: book a trip, publish many, read results."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

from publisher import control_commands, dead_commands
from publisher.client import Client
from publisher.documents import commands as document_commands
from publisher.errors import BookingRejectedError
from publisher.models import BookingRequest, BookingResult, Status
from publisher.request_file import read_requests
from publisher.terminal import Exit, or_no_result, stderr

app = typer.Typer(
    name="voyage",
    help="Book trips through RabbitMQ. AMQP_URL says where it is.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(dead_commands.app, name="dead")


@app.command()
def book(  # noqa: PLR0913, PLR0917 -- options, each named
    car: Annotated[str, typer.Option(help="What to rent.")],
    hotel: Annotated[str, typer.Option(help="Where to stay.")],
    flight: Annotated[str, typer.Option(help="How to get there.")],
    name: Annotated[str, typer.Option(help="Who travels.")] = "John Doe",
    attempts: Annotated[int, typer.Option(help="Tries per leg, 1 to 100.")] = 5,
    booking_id: Annotated[str | None, typer.Option(help="Your own id; the same id is booked once.")] = None,
    deadline: Annotated[
        str | None, typer.Option(help="Booked or undone by then: 2030-01-31T12:00:00Z.")
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the result.", min=0.1)] = 60.0,
) -> None:
    """Book one trip, wait for its result and print it as JSON.

    Exit code 0: booked; 1: cancelled, failed or rejected; 2: wrong usage or no connection; 3: no result yet.
    """
    fields = {"car": car, "hotel": hotel, "flight": flight, "name": name, "attempts": attempts}
    try:
        request = BookingRequest.model_validate({**fields, "booking_id": booking_id, "deadline": deadline})
    except ValidationError as invalid:
        first = invalid.errors()[0]
        option = str(first["loc"][0]).replace("_", "-")
        raise typer.BadParameter(first["msg"], param_hint=f"--{option}") from None
    result = or_no_result(_book(request, timeout))
    typer.echo(result.model_dump_json(indent=2))
    raise typer.Exit(Exit.BOOKED if result.status is Status.BOOKED else Exit.NOT_BOOKED)


@app.command()
def publish(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="One request per line, as JSON.")],
) -> None:
    """Publish every request of a JSON Lines file; nothing is sent if a line is wrong.

    The results go to the results queue: see `voyage results`.
    """
    requests, mistakes = read_requests(file)
    for mistake in mistakes:
        stderr.print(f"{file}:{mistake.line}: {mistake.text}")
    if mistakes:
        stderr.print(f"Nothing was sent: correct {len(mistakes)} of {len(mistakes) + len(requests)} lines.")
        raise typer.Exit(Exit.USAGE)
    asyncio.run(_publish(requests))


@app.command()
def results(
    count: Annotated[int | None, typer.Option(min=1, help="Stop after so many; default: go on.")] = None,
    queue: Annotated[str | None, typer.Option(help="Another queue than the results queue.")] = None,
) -> None:
    """Print results as they come, one JSON line each, until Ctrl-C."""
    asyncio.run(_results(count, queue))


app.command()(control_commands.cancel)
app.command()(control_commands.status)
app.command()(document_commands.asyncapi)
app.command("schema")(document_commands.print_schema)


async def _book(request: BookingRequest, timeout: float) -> BookingResult:
    async with await Client.connect() as client:
        try:
            return await client.book(request, timeout=timeout)
        except BookingRejectedError as rejected:
            return rejected.result


async def _publish(requests: list[BookingRequest]) -> None:
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    async with await Client.connect() as client:
        with Progress(*columns, console=stderr) as progress:
            task = progress.add_task("Publishing", total=len(requests))
            in_flight = asyncio.Semaphore(100)

            async def send(request: BookingRequest) -> None:
                async with in_flight:
                    await client.publish(request)
                progress.advance(task)

            async with asyncio.TaskGroup() as group:
                for request in requests:
                    group.create_task(send(request))
    stderr.print(f"{len(requests)} requests published, all confirmed by RabbitMQ.")


async def _results(count: int | None, queue: str | None) -> None:
    async with await Client.connect() as client:
        async for result in client.results(queue, count=count):
            typer.echo(result.model_dump_json())
