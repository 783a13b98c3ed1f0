"""A booking while it goes: in place in a terminal, else a line for each change."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from publisher.cli import rendering
from publisher.cli.terminal import stderr
from publisher.client import Client
from publisher.contract.answers import UNDER_WAY
from publisher.contract.result import BookingResult, Status
from publisher.errors import BookingRejectedError, ResultTimeoutError
from publisher.sending import AWAY
from voyage.commands.printable import printable
from voyage.commands.sheets import grid
from voyage.trips import Trip

INTERVAL = 0.5  # seconds between two questions; each costs the services one query
ASKING_ON = f"{AWAY}nobody says how the booking stands. Asking again until it is back."
Tell = Callable[[str], None]


def announce(console: Console, request: Trip) -> None:
    """Show the booking's id, before anything can go wrong with it."""
    console.print(Text.assemble("Booking ", (request.booking_id or "", "bold")))


async def book_and_show(client: Client, request: Trip, timeout: float, console: Console) -> BookingResult:
    """Book, and show how it goes until there is a result; raises as `Client.book` does."""
    screen = _Screen(console, request)
    announce(console, request)
    with screen.live:
        try:
            async for now in watch(client, request, timeout, screen.hint):
                screen.show(now)
        except BookingRejectedError as rejected:
            screen.result = rejected.result
    assert screen.result  # noqa: S101 -- the last thing that `watch` tells is the result
    summary = rendering.summary_line(screen.result)
    console.print(grid((summary,)) if console.is_terminal else summary)
    return screen.result


class _Screen:
    """What is shown of one booking, and what was shown last."""

    def __init__(self, console: Console, request: Trip) -> None:
        self.result: BookingResult | None = None
        self._console = console
        self._request = request
        self._hint = ""
        self._moves = console.is_terminal and not console.is_dumb_terminal
        self.live = Live(
            self._drawn() if self._moves else None,
            console=console,
            auto_refresh=False,
            redirect_stderr=stderr.is_terminal,
        )

    def show(self, now: BookingResult) -> None:
        """How it stands now."""
        before, self.result = self.result, now
        _, _, waits = now.result.partition(f"{UNDER_WAY}; ") if now.status is Status.RUNNING else ("", "", "")
        self.hint(waits[:1].upper() + waits[1:])
        if not self._moves:
            for line in rendering.leg_changes(before, now):
                self._console.print(line, markup=False)

    def hint(self, text: str) -> None:
        """Why it does not go on, or nothing."""
        text = printable(text)
        if not self._moves and text not in {"", self._hint}:
            self._console.print(text, markup=False)
        self._hint = text
        if self._moves:
            self.live.update(self._drawn(), refresh=True)

    def _drawn(self) -> RenderableType:
        legs = rendering.legs_table(self._request, self.result, self._console.width)
        return Group(legs, grid((Text(self._hint, style="yellow"),))) if self._hint else legs


async def watch(client: Client, request: Trip, timeout: float, hint: Tell) -> AsyncIterator[BookingResult]:
    """Book, and tell how the booking stands whenever that has changed; the last is its result.

    `request` must have a booking id; `hint` is told why nobody says how it stands. Raises as `Client.book`.
    """
    booking = asyncio.create_task(client.book(request, timeout=timeout))
    try:
        last = None
        while not booking.done():
            now = await _status(client, request.booking_id or "", booking, hint)
            if now and now != last and now.status is Status.RUNNING:
                yield now
            last = now  # after a hint, what is known is shown again instead of it
            await asyncio.wait([booking], timeout=INTERVAL)
        yield await booking
    finally:
        booking.cancel()


async def _status(
    client: Client, booking_id: str, booking: "asyncio.Task[BookingResult]", hint: Tell
) -> BookingResult | None:
    """How it stands; None if nobody says, or the result comes first."""
    asking = asyncio.create_task(client.status(booking_id))
    await asyncio.wait([asking, booking], return_when=asyncio.FIRST_COMPLETED)
    if not asking.done():
        asking.cancel()
    try:
        with suppress(asyncio.CancelledError):
            return await asking
    except ResultTimeoutError as late:
        hint(ASKING_ON if str(late).startswith(AWAY) else str(late))
    return None
