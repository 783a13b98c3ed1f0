"""One trip, booked as a client does, and what became of it as a table."""

import asyncio
from uuid import uuid4

from rich.table import Table
from rich.text import Text

from publisher import BookingResult, Client
from publisher.cli.rendering import coloured
from voyage.trips import Trip
from voyage.trips.words import items_of

RESULT_WITHIN = 60.0  # seconds


async def book(voyage: Client, request: Trip, trace_id: str | None = None) -> BookingResult:
    """The result, also of a rejected request; raises `TimeoutError` if there is none in time."""
    headers = {"traceparent": f"00-{trace_id}-{uuid4().hex[:16]}-01"} if trace_id else None
    async with asyncio.timeout(RESULT_WITHIN), voyage.booking(request, headers) as answer:
        return await answer


def table(title: str, request: Trip, result: BookingResult) -> Table:
    """What was asked for and what became of it, leg by leg."""
    words = ("\n", (result.status.value.upper(), "bold"), f": {result.result}")
    sheet = Table(title=Text.assemble(title, *words), title_justify="left", title_style="")
    for column in ("leg", "asked for", "status", "tries", "error"):
        sheet.add_column(column)
    asked_for = items_of(request)
    for leg in result.legs:
        status = coloured(leg.status, leg.status)
        cells = (asked_for.get(leg.leg, ""), status, str(leg.attempts), leg.error or "")
        sheet.add_row(leg.leg, *(Text(cell) if isinstance(cell, str) else cell for cell in cells))
    return sheet
