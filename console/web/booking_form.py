"""The page Book: a form for the trip, filled with an example if one is chosen."""

from dataclasses import replace

from aiohttp import web

from console.errors import KNOWN, in_words
from console.trip.form import Filled
from console.web import action_log
from console.web.pages import page
from console.web.rendering import path
from console.web.state import CONSOLE, SESSION, USER

SAFE_AGAIN = (
    "The request may have been sent all the same: send it again with its booking id, which books once."
)


async def show(request: web.Request) -> web.Response:
    """The form, empty or with an example."""
    console = request.app[CONSOLE]
    chosen = console.examples.get(request.query.get("example", ""))
    values = console.form.of(chosen.request) if chosen else {}
    return _page(request, Filled(console.form.fields(values)), chosen.name if chosen else "")


async def book(request: web.Request) -> web.StreamResponse:
    """Send what was typed, and show how it goes; or say what is wrong with it."""
    console = request.app[CONSOLE]
    given = {
        name.removeprefix("field."): str(value)
        for name, value in (await request.post()).items()
        if name.startswith("field.")
    }
    filled = console.form.read(given)
    if filled.request is None:
        return _page(request, filled, "", status=422)
    who, own = request[USER].name, filled.request.booking_id or ""
    try:
        own = await console.sending.book(filled.request)
    except KNOWN as failure:
        said = in_words(failure)
        action_log.record(who, "Book", own, f"failed: {said}")
        again = tuple(replace(one, value=own) if one.place == "booking_id" else one for one in filled.fields)
        return _page(request, Filled(again, mistake=f"{said} {SAFE_AGAIN}"), "", status=503)
    action_log.record(who, "Book", own, "done")
    request[SESSION].notices.append(("done", f"The request for {own} is sent."))
    raise web.HTTPSeeOther(f"/bookings/{path(own)}")


def _page(request: web.Request, filled: Filled, chosen: str, status: int = 200) -> web.Response:
    console = request.app[CONSOLE]
    return page(
        request,
        "book.html",
        status=status,
        filled=filled,
        chosen=chosen,
        examples=console.examples.values(),
        trip=console.settings.trip.__name__,
    )
