"""Bookings as Temporal lists them, page by page: those that run first, then those that ended last."""

import asyncio
from dataclasses import dataclass, replace

from temporalio.client import Client, WorkflowExecution
from temporalio.service import RPCError, RPCStatusCode

from console.facts.booking_view import BookingView, Inside
from console.facts.callers import CallersOf
from console.facts.filters import Filter
from console.facts.inside import RPC_TIMEOUT, Insides
from console.facts.shared import Reading, Shared
from console.facts.temporal import TemporalLink
from consumer.temporal.booking_lookup import USER_ID
from saga.errors import DecryptionError
from saga.temporal import search_attributes
from voyage.trips import booking_ids

PAGE = 25
LOOKED_INTO = 100
"""Bookings of one page that are looked into for a name or a leg, which Temporal can't filter by."""
FRESH, COUNT_FRESH, NAMES_FRESH = 1.5, 5.0, 60.0  # seconds
_PATIENCE = 2.0


@dataclass(frozen=True)
class Page:
    """Some bookings, the token of the next page, and how many were looked at to find them."""

    bookings: tuple[BookingView, ...]
    next_token: bytes | None
    looked_at: int


@dataclass(frozen=True)
class _Listed:
    found: tuple[tuple[WorkflowExecution, str], ...]
    next_token: bytes | None


class Bookings:
    """Reads pages of bookings, and single ones."""

    def __init__(self, temporal: TemporalLink, shared: Shared) -> None:
        self._temporal, self._shared = temporal, shared
        self._insides = Insides(temporal, shared)
        self.callers_of = CallersOf(temporal, shared)

    async def page(self, wanted: Filter, token: bytes | None, patience: float) -> Reading[Page]:
        """A page, shared among all who look at the same; `patience` in seconds."""
        size = LOOKED_INTO if wanted.looks_into else PAGE
        asked = replace(wanted, name="", leg="")
        listed = await self._shared.get(
            ("bookings", asked, token, size),
            lambda: self._list(asked, token, size),
            fresh=FRESH,
            patience=patience,
        )
        if listed.value is None:
            return Reading(None, listed.at, listed.error)
        shown = await asyncio.gather(*(self._view(*one, patience) for one in listed.value.found))
        meant = [one for one in shown if one.is_meant(wanted.name, wanted.leg)]
        page = Page(tuple(meant), listed.value.next_token, len(shown))
        return Reading(page, listed.at, listed.error)

    async def count(self, wanted: Filter) -> Reading[int]:
        """How many there are, without regard to name and leg."""
        asked = replace(wanted, name="", leg="")
        return await self._shared.get(
            ("count", asked), lambda: self._count(asked), fresh=COUNT_FRESH, patience=0.5
        )

    async def one(self, booking_id: str, patience: float = _PATIENCE) -> Reading[BookingView | None]:
        """The booking with this id; None if Temporal knows none."""
        workflow_id = next(booking_ids.perhaps_meant(booking_id))
        reading = await self._shared.get(
            ("booking", workflow_id), lambda: self._describe(workflow_id), fresh=FRESH, patience=patience
        )
        if reading.value is None:
            return Reading(None, reading.at, reading.error)
        return Reading(await self._view(*reading.value, patience), reading.at, reading.error)

    async def _view(self, found: WorkflowExecution, user_id: str, patience: float) -> BookingView:
        inside: Inside = await self._insides.of(found, patience)
        return BookingView(found=found, user_id=user_id, inside=inside)

    async def _list(self, wanted: Filter, token: bytes | None, size: int) -> _Listed:
        client = self._temporal.client
        query = wanted.query(tells_apart=await self._tells_apart(client))
        coming = client.list_workflows(
            query, page_size=size, next_page_token=token, limit=size, rpc_timeout=RPC_TIMEOUT
        )
        await coming.fetch_next_page()
        found = [(one, await _user_id(one)) for one in coming.current_page or ()]
        return _Listed(tuple(found), coming.next_page_token or None)

    async def _count(self, wanted: Filter) -> int:
        client = self._temporal.client
        query = wanted.query(tells_apart=await self._tells_apart(client))
        return (await client.count_workflows(query, rpc_timeout=RPC_TIMEOUT)).count

    async def _describe(self, workflow_id: str) -> tuple[WorkflowExecution, str] | None:
        try:
            found = await self._temporal.client.get_workflow_handle(workflow_id).describe(
                rpc_timeout=RPC_TIMEOUT
            )
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        return found, await _user_id(found)

    async def _tells_apart(self, client: Client) -> bool:
        """Whether the namespace has our search attributes; not if nobody may say."""

        async def ask() -> bool:
            try:
                return await search_attributes.are_there(client)
            except RPCError as error:
                if error.status in search_attributes.UNASKABLE:
                    return False
                raise

        reading = await self._shared.get(("names",), ask, fresh=NAMES_FRESH, patience=_PATIENCE)
        return bool(reading.value)


async def _user_id(found: WorkflowExecution) -> str:
    try:
        return str(await found.memo_value(USER_ID, "") or "")
    except DecryptionError:
        return "(encrypted with a key that is not here)"
