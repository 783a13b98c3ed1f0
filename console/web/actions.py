"""What people do: each action is one call of the rooms that the commands use."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import typer
from pydantic import ValidationError

from console.errors import ActionError
from console.facts.inside import RPC_TIMEOUT
from console.facts.kept import KeptMessages
from console.facts.owners import whose
from console.web.action import Form
from console.web.state import Console
from publisher.cli.trip.edits import edits_of
from publisher.contract.control import CancelRequest
from saga import open_bookings
from saga.cli import stuck_bookings

LONGEST_NOTE = 1000


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
    if len(note) > LONGEST_NOTE:
        raise ActionError(f"A note has {LONGEST_NOTE} characters at most.")
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
    try:
        asked = CancelRequest(booking_id=booking, reason=f"Cancelled in the console by {who}"[:1000])
    except ValidationError:
        raise ActionError("That can't be the id of a booking.") from None
    await console.broker.client.cancel(asked.booking_id, asked.reason, owner=owner)
    return f"The cancel of {given['id']} is on its way."


async def terminate(console: Console, given: Form, who: str) -> str:
    """As `temporal workflow terminate`, of a booking that is stuck right now."""
    client, workflow_id = console.temporal.client, given["id"]
    console.attention.forget()
    if await stuck_bookings.tries(client, workflow_id, given.get("run")) < stuck_bookings.TRIES:
        raise ActionError(f"{workflow_id} goes on, or has ended; it was not terminated.")
    handle = client.get_workflow_handle(workflow_id, run_id=given.get("run"))
    await handle.terminate(reason=f"Stuck; terminated in the console by {who}", rpc_timeout=RPC_TIMEOUT)
    return (
        f"{workflow_id} is terminated. Within a minute a voyage-consumer answers its callers `failed`; "
        "undo by hand what its legs say is or may be booked."
    )


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
