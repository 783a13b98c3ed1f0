"""What a person sees in a terminal: the legs of a booking, and results."""

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from publisher.contract.result import BookingResult, LegResult, Status
from voyage.commands.printable import printable
from voyage.commands.sheets import GAP, grid
from voyage.trips import Trip
from voyage.trips.words import items_of

RESULT = ("status", "booking", "user", "what")
_STATUS, _ID, _USER = 15, 36, 24  # columns
_SIDE_BY_SIDE = 120  # columns of a terminal in which all of a result goes into a line
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
            yield printable(f"{leg.leg}: {word}" + (f" ({leg.error})" if leg.error else ""))


def summary_line(result: BookingResult) -> Text:
    """How a booking stands or ended, in one line."""
    why = f": {result.reason.message}" if result.reason else ""
    name = f" {result.booking_id}" if result.booking_id else ""
    word = result.status.value.replace("_", " ").capitalize()
    return Text.assemble(coloured(word, result.status), printable(f"{name}{why}"))


def results_header(width: int) -> Table:
    """The heading of results in a terminal of so many columns."""
    first, *others = RESULT
    return _row(*RESULT) if width >= _SIDE_BY_SIDE else grid((f"{first:{_STATUS}}", ", ".join(others)))


def result_row(result: BookingResult, width: int) -> Table:
    """One result below such a heading: side by side, or its words below one another; nothing is cut."""
    booked = ", ".join(result.booked.values())
    reason = result.reason
    # A failed one's reason begins with what is still booked, whichever leg is to blame.
    blamed = f"{reason.leg}: " if reason and reason.leg and result.status is not Status.FAILED else ""
    why = f"{blamed}{reason.message} ({reason.code})" if reason else ""
    what = booked if result.status is Status.BOOKED else why or result.result
    status = coloured(result.status.value, result.status)
    own, user = result.booking_id or "", result.user_id or ""
    if width >= _SIDE_BY_SIDE and len(own) <= _ID and len(user) <= _USER:
        return _row(status, own, user, what)
    status.pad_right(_STATUS - len(status))
    return grid((status, "\n".join(filter(None, (own, user, what)))))


def _row(status: str | Text, own: str, user: str, what: str) -> Table:
    status = status if isinstance(status, Text) else Text(status)
    status.pad_right(_STATUS - len(status))
    return grid((status, f"{own:{_ID}}", f"{user:{_USER}}", what))
