"""The console's connection to Temporal: whether it answers is asked every second."""

import asyncio
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from console.errors import AwayError, in_words
from console.facts.link import Link
from saga.temporal.connection import connect_once
from voyage.errors import VoyageError

_ANSWERS_WITHIN = timedelta(seconds=2)
_CONNECTS_WITHIN = 10.0
_ANSWERS = (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED, RPCStatusCode.UNIMPLEMENTED)


class TemporalLink(Link):
    """A client when there is one, and why there is none; it comes back by itself."""

    name = "Temporal"

    def __init__(self) -> None:
        super().__init__()
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        """The client; raises `AwayError` while Temporal does not answer."""
        if self._client is None or self.away:
            raise AwayError(self.away)
        return self._client

    @property
    def namespace(self) -> str:
        """The namespace of the bookings; empty until it is known."""
        return self._client.namespace if self._client else ""

    async def _look(self) -> str:
        try:
            if self._client is None:
                async with asyncio.timeout(_CONNECTS_WITHIN):
                    self._client = await connect_once()
            await self._client.service_client.check_health(timeout=_ANSWERS_WITHIN)
        except RPCError as error:
            return "" if error.status in _ANSWERS else in_words(error)
        except (VoyageError, TimeoutError) as error:
            return in_words(error)
        return ""
