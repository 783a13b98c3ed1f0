"""What people do: each action is one call of the rooms that the commands use, and a line in the log."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import typer
from aiohttp import web

from console.errors import KNOWN, ActionError, in_words
from console.facts.kept import KeptMessages
from console.facts.owners import whose
from console.web import action_log
from console.web.pages import page
from console.web.state import CONSOLE, SESSION, USER, Console
from publisher.cli.trip.edits import edits_of
from publisher.contract.control import CancelRequest
from saga import open_bookings

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


async def retry(console: Console, given: Form, _: str) -> str:
    """As `voyage-worker attention retry`."""
    client = console.temporal.client
    found = await open_bookings.listed(client, given["id"])
    await open_bookings.retry(client, found.workflow_id)
    console.attention.forget()
    return f"{found.booking_id} tries again to undo its open legs."


async def settle(console: Console, given: Form, who: str) -> str:
    """As `voyage-worker attention settle`."""
    note = given.get("note", "").strip()
    if not note:
        raise ActionError("Say how it was settled: the client reads it in the result.")
    client = console.temporal.client
    found = await open_bookings.listed(client, given["id"])
    is_done = await open_bookings.settle(client, found.workflow_id, f"{note} (by {who})")
    console.attention.forget()
    then = "" if is_done else " once a voyage-worker and a voyage-consumer run"
    return f"{found.booking_id} is settled; its client is sent a new result{then}."


async def replay(console: Console, given: Form, _: str) -> str:
    """As `voyage dead replay --id`, with what was changed in the form."""
    changes = [
        f"{name.removeprefix('set.')}={text}"
        for name, text in given.items()
        if name.startswith("set.") and text.replace("\r\n", "\n") != given.get(f"was.{name[4:]}", "")
    ]
    try:
        edits = edits_of(changes, console.settings.trip)
    except typer.BadParameter as mistake:
        raise ActionError(mistake.message) from None
    queue = console.broker.client.dead_letters
    await _deal(queue.replay(lambda letter: letter.id == given["id"], edits), console.dead)
    return f"{given['id']} is sent in again" + (f", with {len(edits)} changed." if edits else ".")


async def drop_letter(console: Console, given: Form, _: str) -> str:
    """As `voyage dead drop --id`."""
    return await _drop(console.dead, given["id"])


async def resend(console: Console, given: Form, _: str) -> str:
    """As `voyage parked resend --id`."""
    to = given.get("to", "").strip() or None
    queue = console.broker.client.parked_results
    await _deal(queue.resend(lambda parked: parked.id == given["id"], to), console.parked)
    return f"{given['id']} is sent" + (f" to {to}." if to else ".")


async def drop_parked(console: Console, given: Form, _: str) -> str:
    """As `voyage parked drop --id`."""
    return await _drop(console.parked, given["id"])


async def cancel(console: Console, given: Form, who: str) -> str:
    """As `voyage cancel`."""
    owner, booking = whose(given["id"], console.settings)
    asked = CancelRequest(booking_id=booking, reason=f"Cancelled in the console by {who}"[:1000])
    await console.broker.client.cancel(asked.booking_id, asked.reason, owner=owner)
    return f"The cancel of {given['id']} is on its way."


async def _drop(kept: KeptMessages[Any], own: str) -> str:
    await _deal(kept.queue.drop(lambda one: one.id == own), kept)
    return f"{own} is dropped."


async def _deal(handled: AsyncGenerator[Any, None], kept: KeptMessages[Any]) -> None:
    """Do it, with all of this id; raises `ActionError` if there is none any more.

    It goes through the whole queue, as the commands do: who stops half-way may change the order.
    """
    try:
        async with kept.alone, aclosing(handled):
            if [one async for one in handled]:
                return
    finally:
        kept.forget()
    raise ActionError("It is not there any more: somebody else has dealt with it, or is looking at it.")
