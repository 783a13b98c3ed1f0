"""What each page shows and keeps up to date: a template, and what it needs."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64Error
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from console.facts import stuck
from console.facts.filters import PERIODS, STATUSES, Filter
from console.facts.legs import STATES
from console.web.state import CONSOLE, Console
from publisher.contract.result import BookingResult

_LONGEST_TOKEN = 4096
_LONGEST_NUMBER = 5  # digits


@dataclass(frozen=True, kw_only=True)
class View:
    """A part of a page that is kept up to date, `above` it what stays as it is."""

    name: str
    title: str
    context: Mapping[str, Any]
    above: str = ""

    @property
    def template(self) -> str:
        """The file of the part that changes."""
        return f"{self.name}.html"


Viewing = Callable[[web.Request, float], Awaitable[View]]
"""From a request, and how many seconds it may wait for what isn't known yet."""


async def bookings(request: web.Request, patience: float) -> View:
    """A page of bookings."""
    console = request.app[CONSOLE]
    wanted = Filter.of(request.query)
    token = _token(request.query.get("page", ""))
    page = await console.bookings.page(wanted, token, patience)
    count = await console.bookings.count(wanted)
    given = {name: value for name, value in vars(wanted).items() if value}
    following = page.value and page.value.next_token
    context = {
        "page": page,
        "count": count,
        "wanted": wanted,
        "is_first": token is None,
        "first": f"/bookings?{urlencode(given)}",
        "following": following
        and f"/bookings?{urlencode({**given, 'page': urlsafe_b64encode(following).decode()})}",
        "statuses": STATUSES,
        "periods": {key: words for key, (words, _) in PERIODS.items()},
        "states": STATES,
        "temporal_ui": _temporal_ui(console),
    }
    return View(name="bookings", title="Bookings", context=context, above="bookings_filter.html")


async def booking(request: web.Request, patience: float) -> View:
    """One booking."""
    console, own = request.app[CONSOLE], request.match_info["id"]
    reading = await console.bookings.one(own, patience)
    answer = console.sending.result(own)
    found = reading.value.found if reading.value else None
    context = {
        "own": own,
        "reading": reading,
        "callers": await console.bookings.callers_of.booking(found, patience) if found else None,
        "answer": answer if isinstance(answer, BookingResult) else None,
        "no_answer": answer if isinstance(answer, str) else "",
        "temporal_ui": _temporal_ui(console),
    }
    return View(name="booking", title=f"Booking {own}", context=context)


async def attention(request: web.Request, patience: float) -> View:
    """All that needs a person."""
    console = request.app[CONSOLE]
    numbers = {name: _number(request.query.get(name, "")) for name in ("dead", "parked")}
    context = {
        "open": await console.attention.open(patience),
        "stuck": await console.attention.stuck(patience),
        "most_looked_at": stuck.LOOKED_AT,
        "dead": await console.dead.page(numbers["dead"], patience),
        "parked": await console.parked.page(numbers["parked"], patience),
        "numbers": numbers,
        "temporal_ui": _temporal_ui(console),
    }
    return View(name="attention", title="Needs a person", context=context)


async def health(request: web.Request, patience: float) -> View:
    """How everything is."""
    console = request.app[CONSOLE]
    context = {
        "findings": await console.health.findings(patience),
        "pollers": await console.health.pollers(patience),
        "services": await console.health.services(patience) if console.settings.services else None,
        "queues": console.samples.queues,
        "task_queues": console.samples.task_queues,
    }
    return View(name="health", title="Health", context=context)


VIEWS: Mapping[str, Viewing] = {
    "/bookings": bookings,
    "/bookings/{id}": booking,
    "/attention": attention,
    "/health": health,
}


def _token(text: str) -> bytes | None:
    if not text or len(text) > _LONGEST_TOKEN:
        return None
    try:
        return urlsafe_b64decode(text)
    except (NotBase64Error, ValueError):
        return None


def _number(text: str) -> int:
    return (
        int(text) if text.isdecimal() and text.isascii() and len(text) <= _LONGEST_NUMBER and int(text) else 1
    )


def _temporal_ui(console: Console) -> str:
    ui = console.settings.console_temporal_ui.rstrip("/")
    namespace = console.temporal.namespace
    return f"{ui}/namespaces/{namespace}/workflows" if ui and namespace else ""
