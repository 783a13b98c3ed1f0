"""Bookings from before there were owners: which ones messages are about while everybody may reach them."""

from temporalio.client import Client

from consumer.settings import ConsumerSettings
from consumer.temporal.booking_lookup import Closed, Missing, Running, look_up
from voyage.trips import booking_ids


async def of_request(
    client: Client, settings: ConsumerSettings, booking_id: str, owner: str | None, fingerprint: str
) -> str:
    """The workflow of a request: the one from before if it is of that very request, else its owner's.

    So who sends again what was sent before there were owners books nothing twice. Raises `RPCError`.
    """
    if owner and settings.unowned_bookings == "everybody":
        older = booking_ids.workflow_id(booking_id)
        found = await look_up(client, older)
        if isinstance(found, Running | Closed) and _is_of(found, fingerprint):
            return older
    return booking_ids.workflow_id(booking_id, owner)


async def of_control(client: Client, settings: ConsumerSettings, workflow_id: str) -> str:
    """The workflow that a control message means: its owner's, or else the one from before; as above."""
    owner, booking_id = booking_ids.split(workflow_id)
    if owner and settings.unowned_bookings == "everybody":
        older = f"{booking_ids.PREFIX}{booking_id}"
        if isinstance(await look_up(client, workflow_id), Missing) and isinstance(
            await look_up(client, older), Running | Closed
        ):
            return older
    return workflow_id


def _is_of(found: Running | Closed, fingerprint: str) -> bool:
    return found.is_early_cancel if found.fingerprint is None else found.fingerprint == fingerprint
