"""What a person sees in a terminal: the legs of a booking, and results."""

from collections.abc import Iterator

from rich.table import Column, Table
from rich.text import Text

from publisher.contract.result import BookingResult, LegResult, Status
from voyage.commands.sheets import GAP, grid
from voyage.trips import Trip
from voyage.trips.words import items_of

EXCERPT = 60  # bytes of a dead letter's body
LONGEST_CELL = 1000  # characters; what the consumer notes is shorter
COLOURS = {
    "booked": "green",
    "running": "cyan",
    "undone": "yellow",
    "not_tried": "dim",
    "cancelled": "yellow",
    "unknown_booking": "dim",
}


def coloured(word: str, status: str) -> Text:
    """A word in the colour of a status; what a person must look at is red."""
    return Text(word, style=COLOURS.get(status, "red"))


def leg_text(leg: LegResult, status: Status) -> str:
    """Where a leg stands, in words; while the booking runs, what isn't known yet is under way."""
    if status is Status.RUNNING and leg.status == "unknown":
        return "being undone" if leg.error else "being booked"
    if status is Status.RUNNING and leg.status == "not_tried":
        return "waits"
    tries = f" on try {leg.attempts}" if leg.status == "booked" and leg.attempts > 1 else ""
    return leg.status.replace("_", " ") + tries


def legs_table(request: Trip, result: BookingResult | None, width: int) -> Table:
    """The legs of one trip; before anything is known of it, they wait.

    Where `width` columns are too few for all of a leg side by side, its words are below one another.
    """
    items = items_of(request)
    rows: list[tuple[str, Text, str, str]] = []
    for leg in (
        result.legs if result and result.legs else [LegResult(leg=n, status="not_tried") for n in items]
    ):
        state = result.status if result and result.legs else Status.RUNNING
        colour = "running" if state is Status.RUNNING and leg.status == "unknown" else leg.status
        word = coloured(leg_text(leg, state), colour)
        rows.append((leg.leg, word, items.get(leg.leg, ""), leg.reference or leg.error or ""))
    wide = [max(len(str(cell)) for cell in column) for column in zip(*rows, strict=True)]
    if sum(wide) + GAP * len(wide) <= width:
        return grid(*rows)
    return grid(*((leg, word, "\n".join(filter(None, more))) for leg, word, *more in rows))


def leg_changes(before: BookingResult | None, now: BookingResult) -> Iterator[str]:
    """One line for each leg that has changed."""
    known = {leg.leg: leg_text(leg, before.status) for leg in before.legs} if before else {}
    for leg in now.legs:
        word = leg_text(leg, now.status)
        if known.get(leg.leg, "waits") != word:
            yield f"{leg.leg}: {word}" + (f" ({leg.error})" if leg.error else "")


def summary_line(result: BookingResult) -> Text:
    """How a booking stands or ended, in one line."""
    why = f": {result.reason.message}" if result.reason else ""
    name = f" {result.booking_id}" if result.booking_id else ""
    word = result.status.value.replace("_", " ").capitalize()
    return Text.assemble(coloured(word, result.status), f"{name}{why}")


def results_table(*results: BookingResult, header: bool = False) -> Table:
    """Results as rows of a table, whose columns are as wide in every call."""
    columns = [
        Column("status", width=15),
        *(Column(n, ratio=2, overflow="fold") for n in ("booking", "user")),
    ]
    sheet = Table(
        *columns, Column("what", ratio=3, overflow="fold"), expand=True, box=None, show_header=header
    )
    for result in results:
        booked = ", ".join(result.booked.values())
        reason = result.reason
        # A failed one's reason begins with what is still booked, whichever leg is to blame.
        blamed = f"{reason.leg}: " if reason and reason.leg and result.status is not Status.FAILED else ""
        why = f"{blamed}{reason.message} ({reason.code})" if reason else ""
        what = booked if result.status is Status.BOOKED else why
        cells = (result.booking_id or "", result.user_id or "", what)
        sheet.add_row(coloured(result.status.value, result.status), *(Text(cell) for cell in cells))
    return sheet
