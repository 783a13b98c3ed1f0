"""A button and what it does, logged: who, what, with what, and how it came out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from console.errors import KNOWN, ActionError, in_words
from console.web import action_log
from console.web.pages import page
from console.web.state import CONSOLE, SESSION, USER, Console

Form = Mapping[str, str]
WITHIN = 90.0
"""Seconds: whatever has not been done by then is told as not done."""


@dataclass(frozen=True)
class Action:
    """What a button does: `work` returns what to say when it is done.

    With `warning`, it is asked once more, with what can't be undone.
    """

    name: str
    back: str
    work: Callable[[Console, Form, str], Awaitable[str]]
    warning: str = ""
    button: str = ""


def action_of(action: Action) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A handler for one."""

    async def handler(request: web.Request) -> web.StreamResponse:
        given = {name: str(value) for name, value in (await request.post()).items()}
        back = given.get("back", "")
        back = back if back.startswith("/") and not back.startswith(("//", "/\\")) else action.back
        if action.warning and given.get("confirmed") != "yes":
            asked = {name: text for name, text in given.items() if name not in {"token", "confirmed"}}
            return page(request, "confirm.html", action=action, given=asked, back=back)
        session, user, on = request[SESSION], request[USER], given.get("id", "")
        if not on:
            raise web.HTTPBadRequest(text="This form lacks an id.")
        try:
            async with asyncio.timeout(WITHIN):
                said = await action.work(request.app[CONSOLE], given, user.name)
        except (*KNOWN, ActionError) as failure:
            said = in_words(failure)
            session.notices.append(("failed", f"{action.name}: {said}"))
            action_log.record(user.name, action.name, on, f"failed: {said}")
        else:
            session.notices.append(("done", said))
            action_log.record(user.name, action.name, on, "done")
        raise web.HTTPSeeOther(back)

    return handler
