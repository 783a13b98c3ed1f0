"""Logging in with a password, and out."""

from aiohttp import web

from console.access.doors import PasswordDoor
from console.web import action_log
from console.web.guard import COOKIE, remember
from console.web.pages import page
from console.web.state import CONSOLE


async def ask(request: web.Request) -> web.Response:
    """The form."""
    return page(request, "login.html", to=_to(request.query.get("to", "")), mistake="")


async def login(request: web.Request) -> web.StreamResponse:
    """Begin a new session for whoever has the password."""
    console, given = request.app[CONSOLE], await request.post()
    door = console.door
    if not isinstance(door, PasswordDoor):
        raise web.HTTPNotFound
    name, password, to = (str(given.get(field, "")) for field in ("name", "password", "to"))
    if pause := door.users.pause(name):
        said = f"Too many tries. Try again in {pause:.0f} s."
        return page(request, "login.html", status=429, to=_to(to), mistake=said)
    user = await door.users.login(name, password)
    action_log.record(name, "Log in", request.remote or "", "done" if user else "failed: wrong password")
    if user is None:
        said = "There is no such user with this password."
        return page(request, "login.html", status=403, to=_to(to), mistake=said)
    console.sessions.end(request.cookies.get(COOKIE, ""))
    secret, _ = console.sessions.begin(user.name, door.users.proof(user.name))
    response = web.HTTPSeeOther(_to(to))
    remember(request, response, secret)
    raise response


async def logout(request: web.Request) -> web.StreamResponse:
    """End the session."""
    request.app[CONSOLE].sessions.end(request.cookies.get(COOKIE, ""))
    response = web.HTTPSeeOther("/login")
    response.del_cookie(COOKIE)
    raise response


def _to(text: str) -> str:
    """A page of ours to go to, whatever was asked."""
    return text if text.startswith("/") and not text.startswith(("//", "/\\")) else "/bookings"
