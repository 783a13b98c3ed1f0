"""Starts of workflows that Temporal's list shows with a booking's id and status, if it can."""

import logging
import time
from collections.abc import Awaitable, Callable

from temporalio.client import Client
from temporalio.common import TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from consumer.temporal.calls import started
from saga.search_attributes import NONE, search_attributes_of
from saga.temporal import search_attributes
from voyage.search_attributes import NAMES, OWNER
from voyage.trips import booking_ids

log = logging.getLogger(__name__)

LOOK_AGAIN = 60.0
"""Seconds after which one start asks anew whether the namespace has got the search attributes."""
_REFUSED = "search attribute"  # in the server's words; the status is that of any invalid argument

Start = Callable[[TypedSearchAttributes], Awaitable[object]]


class ShownStarts:
    """Starts with our search attributes while the namespace has them, and without them as ever."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._usable: frozenset[str] = frozenset()
        self._look_at = 0.0

    async def look(self) -> None:
        """Ask Temporal whether it has them; if it doesn't say, it has none for now."""
        self._look_at = time.monotonic() + LOOK_AGAIN
        try:
            self._usable = await search_attributes.usable(self._client)
        except RPCError as error:
            log.debug("No search attributes: %s", error.message)

    async def started(self, start: Start, workflow_id: str, status: str) -> bool:
        """Whether a booking's workflow was started; False if its id is taken. Raises `RPCError`."""
        if not self._are_there and time.monotonic() >= self._look_at:
            await self.look()
        if self._are_there:
            try:
                return await started(start(self._shown(workflow_id, status)))
            except RPCError as error:
                if not is_refused(error):
                    raise
                self._usable = frozenset()
                log.warning("Bookings are started without their search attributes: %s", error.message)
        return await started(start(NONE))

    @property
    def _are_there(self) -> bool:
        return self._usable.issuperset(NAMES)

    def _shown(self, workflow_id: str, status: str) -> TypedSearchAttributes:
        owner, booking_id = booking_ids.split(workflow_id)
        return search_attributes_of(booking_id, status, owner if OWNER in self._usable else None)


def is_refused(error: RPCError) -> bool:
    """Whether the server doesn't know a search attribute (any more)."""
    return error.status is RPCStatusCode.INVALID_ARGUMENT and _REFUSED in error.message.lower()
