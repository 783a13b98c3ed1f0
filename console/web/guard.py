"""What holds for every request: who it is, that forms are ours, and what browsers may do with the answer."""

import logging
from urllib.parse import quote, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from console.access.sessions import LASTS, Session
from console.errors import BUG
from console.web.pages import page
from console.web.state import CONSOLE, SESSION, USER, Console

log = logging.getLogger(__name__)
COOKIE = "voyage_console"
STATIC, LOGIN, LOGOUT = "/static/", "/login", "/logout"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_SAFE = {"GET", "HEAD"}
_OUT_OF_DATE = "This form is out of date. Go back, load the page anew, and send it again."


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Let no browser frame the answer, guess its type, keep it, or run what isn't ours."""
    for name, value in HEADERS.items():
        if not (name == "Cache-Control" and request.path.startswith(STATIC)):
            response.headers[name] = value
    response.headers.pop("Server", None)


@web.middleware
async def tell_failures(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page for what went wrong, without its insides."""
    try:
        return await handler(request)
    except web.HTTPException as told:
        if told.status < 400 or SESSION not in request or request.path.startswith("/live"):  # noqa: PLR2004
            raise
        return page(request, "error.html", status=told.status, text=told.text or told.reason)
    except Exception:
        log.exception("A page of the console has failed")
        if SESSION not in request:
            raise
        return page(request, "error.html", status=500, text=BUG)


@web.middleware
async def let_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find out who it is, and let in who belongs here."""
    console = request.app[CONSOLE]
    if refusal := console.door.refusal(request):
        raise web.HTTPForbidden(text=refusal)
    if request.path.startswith(STATIC):
        return await handler(request)
    session, secret = _session(request, console)
    request[SESSION] = session
    user = console.door.user(request, session)
    if user:
        request[USER] = user
    try:
        _require(request, console)
        response = await handler(request)
    except web.HTTPException as told:
        _remember(request, told, secret)
        raise
    if not response.prepared:
        _remember(request, response, secret)
    return response


def _session(request: web.Request, console: Console) -> tuple[Session, str]:
    """The browser's session, and the secret of a new one."""
    session = console.sessions.get(request.cookies.get(COOKIE, ""))
    named = console.door.user(request, session)
    if session and (console.door.asks_for_password or (named and named.name == session.name)):
        return session, ""
    name = named.name if named and not console.door.asks_for_password else ""
    secret, session = console.sessions.begin(name)
    return session, secret


def _require(request: web.Request, console: Console) -> None:
    """Raise what sends away who may not do this."""
    user, asks = request.get(USER), console.door.asks_for_password
    if request.method not in _SAFE and _is_foreign(request):
        raise web.HTTPForbidden(text="This form came from another site.")
    if user is None and not (asks and request.path == LOGIN):
        if request.method in _SAFE and not request.path.startswith("/live"):
            raise web.HTTPSeeOther(f"{LOGIN}?to={quote(request.path_qs)}")
        raise web.HTTPUnauthorized(text="You are not logged in.")
    if request.method not in _SAFE and request.path not in {LOGIN, LOGOUT} and user and not user.may_act:
        raise web.HTTPForbidden(text="You may look, and not act.")


def _is_foreign(request: web.Request) -> bool:
    """Whether the browser says that another site sent it."""
    if (site := request.headers.get("Sec-Fetch-Site")) is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


@web.middleware
async def require_token(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A form must bring back the token of its session."""
    if request.method not in _SAFE:
        try:
            given = (await request.post()).get("token", "")
        except (LookupError, ValueError):
            raise web.HTTPBadRequest(text="This form can't be read.") from None
        if not isinstance(given, str) or not request[SESSION].is_token(given):
            raise web.HTTPForbidden(text=_OUT_OF_DATE)
    return await handler(request)


def remember(request: web.Request, response: web.StreamResponse, secret: str) -> None:
    """Give the browser its session."""
    is_secure = request.secure or request.headers.get("X-Forwarded-Proto") == "https"
    response.set_cookie(
        COOKIE, secret, max_age=int(LASTS), path="/", httponly=True, samesite="Strict", secure=is_secure
    )


def _remember(request: web.Request, response: web.StreamResponse, secret: str) -> None:
    if secret and COOKIE not in response.cookies:
        remember(request, response, secret)


MIDDLEWARES: tuple[Middleware, ...] = (tell_failures, let_in, require_token)
