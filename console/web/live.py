"""Live updates: what of a page has changed, sent as it changes, for as long as somebody looks."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from console.errors import KNOWN
from console.web.pages import fragments
from console.web.state import CONSOLE, SESSION, USER
from console.web.views import Viewing

log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
EVERY = 1.0  # seconds
SIGN_OF_LIFE = 15  # looks without a change, after which an empty line tells that we are there
MOST = 200
"""Streams at the same time; each is a browser's tab that somebody looks at."""


def live_of(viewing: Viewing) -> Handler:
    """A handler that keeps a view up to date."""

    async def handler(request: web.Request) -> web.StreamResponse:
        console = request.app[CONSOLE]
        if console.streams >= MOST:
            raise web.HTTPServiceUnavailable(text="Too many look on.", headers={"Retry-After": "10"})
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        await stream.prepare(request)
        console.streams += 1
        try:
            await _tell(request, stream, viewing)
        except (ConnectionError, *KNOWN):
            log.debug("A browser has gone")
        finally:
            console.streams -= 1
        return stream

    return handler


async def _tell(request: web.Request, stream: web.StreamResponse, viewing: Viewing) -> None:
    console, name = request.app[CONSOLE], request[USER].name
    told, silent = "", 0
    while request.transport is not None and not request.transport.is_closing():
        user = console.door.user(request, request[SESSION])
        if user is None or user.name != name:
            return
        await asyncio.gather(*(known.count() for known in (console.attention, console.dead, console.parked)))
        now = fragments(request, await viewing(request, 0.0))
        silent = 0 if now != told else silent + 1
        if now != told:
            told = now
            await stream.write(_event(now))
        elif silent >= SIGN_OF_LIFE:
            silent = 0
            await stream.write(b":\n\n")
        await asyncio.sleep(EVERY)


def _event(text: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in text.splitlines())
    return f"{lines}\n".encode()
