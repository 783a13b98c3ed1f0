"""`voyage cancel` and `voyage status`: what can be asked of a booking that is under way."""

import asyncio
from typing import Annotated

import typer

from publisher.client import Client
from publisher.models import BookingResult, Status
from publisher.terminal import Exit, or_no_result


def cancel(
    booking_id: Annotated[str, typer.Argument(metavar="ID", help="The booking's id.")],
    reason: Annotated[str, typer.Option(help="Why, for people.")] = "Cancelled by request",
) -> None:
    """Cancel a booking, whether it runs or its request hasn't come yet; whoever booked gets the result."""
    asyncio.run(_cancel(booking_id, reason))
    typer.echo(f"The cancel is on its way. See how it went: voyage status {booking_id}")


def status(
    booking_id: Annotated[str, typer.Argument(metavar="ID", help="The booking's id.")],
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the answer.", min=0.1)] = 10.0,
) -> None:
    """Print how a booking stands, as JSON. Exit code 1 if nobody knows it, 3 if nobody answers."""
    result = or_no_result(_status(booking_id, timeout))
    typer.echo(result.model_dump_json(indent=2))
    raise typer.Exit(Exit.NOT_BOOKED if result.status is Status.UNKNOWN_BOOKING else Exit.BOOKED)


async def _cancel(booking_id: str, reason: str) -> None:
    async with await Client.connect() as client:
        await client.cancel(booking_id, reason)


async def _status(booking_id: str, timeout: float) -> BookingResult:
    async with await Client.connect() as client:
        return await client.status(booking_id, timeout=timeout)
