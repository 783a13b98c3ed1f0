"""Pages: a frame, what stays as it is, and the part that the script keeps up to date."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from jinja2 import Environment

from console.web.state import CONSOLE, SESSION, USER
from console.web.views import View, Viewing

TEMPLATES = web.AppKey("templates", Environment)
PATIENCE = 1.0
"""Seconds for which a page waits for what isn't known yet; the rest comes when it is there."""


def page_of(viewing: Viewing) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler for the page of a view."""

    async def handler(request: web.Request) -> web.Response:
        view = await viewing(request, PATIENCE)
        return page(request, "page.html", view=view, **view.context)

    return handler


def page(request: web.Request, template: str, status: int = 200, **context: Any) -> web.Response:
    """A whole page."""
    notices = request[SESSION].take_notices()
    text = rendered(request, template, notices=notices, **context)
    return web.Response(text=text, content_type="text/html", status=status)


def fragments(request: web.Request, view: View) -> str:
    """What of a page may have changed."""
    return rendered(request, "live.html", view=view, **view.context)


def rendered(request: web.Request, template: str, **context: Any) -> str:
    """A template with what each needs."""
    console, user = request.app[CONSOLE], request.get(USER)
    waiting = [known.last_count for known in (console.attention, console.dead, console.parked)]
    return (
        request.app[TEMPLATES]
        .get_template(template)
        .render(
            user=user,
            may_act=user is not None and user.may_act,
            session=request[SESSION],
            path=request.path.removeprefix("/live"),
            here=request.path_qs.removeprefix("/live"),
            links=(console.temporal, console.broker),
            needs=sum(waiting),
            asks_for_password=console.door.asks_for_password,
            **context,
        )
    )
