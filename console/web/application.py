"""The application: every path, and what it leads to."""

from importlib.resources import files

from aiohttp import web

from console.web import booking_form, logins
from console.web.action import action_of
from console.web.buttons import ACTIONS
from console.web.guard import MIDDLEWARES, add_headers
from console.web.live import live_of
from console.web.pages import TEMPLATES, page_of
from console.web.rendering import environment
from console.web.state import CONSOLE, Console
from console.web.views import VIEWS

LARGEST_FORM = 256 * 1024  # bytes
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def application(console: Console) -> web.Application:
    """The console for one set of settings."""
    made = web.Application(middlewares=MIDDLEWARES, client_max_size=LARGEST_FORM)
    made[CONSOLE], made[TEMPLATES] = console, environment()
    made.on_response_prepare.append(add_headers)
    router = made.router
    router.add_get("/", _first_page)
    router.add_get("/static/{name}", static)
    for path, viewing in VIEWS.items():
        router.add_get(path, page_of(viewing))
        router.add_get(f"/live{path}", live_of(viewing))
    for path, action in ACTIONS.items():
        router.add_post(path, action_of(action))
    router.add_get("/book", booking_form.show)
    router.add_post("/book", booking_form.book)
    router.add_get("/login", logins.ask)
    router.add_post("/login", logins.login)
    router.add_post("/logout", logins.logout)
    return made


async def static(request: web.Request) -> web.Response:
    """A file of ours."""
    kind = TYPES.get(request.match_info["name"].rpartition(".")[2])
    file = files("console.web") / "static" / request.match_info["name"]
    if kind is None or "/" in request.match_info["name"] or not file.is_file():
        raise web.HTTPNotFound
    return web.Response(
        body=file.read_bytes(), content_type=kind, charset="utf-8", headers={"Cache-Control": "max-age=60"}
    )


async def _first_page(_: web.Request) -> web.Response:
    raise web.HTTPSeeOther("/bookings")
