"""What is looked at in RabbitMQ from the start on, apart from the connections that work."""

import asyncio

from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, ChannelNotFoundEntity

from consumer.diagnostics.broker_permissions import require_publishing, require_reading
from consumer.diagnostics.rights import ReadingCheck, WritingCheck
from consumer.diagnostics.side_connection import SideConnection
from consumer.diagnostics.topology_watch import TopologyWatch
from consumer.settings import ConsumerSettings
from publisher.amqp.broker_failure import broker_error
from voyage.runtime.awaiting import library_calls
from voyage.runtime.health import Check


class BrokerWatch:
    """Topology and rights, on two connections: an alarm stops the one that publishes, and not the other."""

    def __init__(self, settings: ConsumerSettings) -> None:
        self._settings = settings
        self._looking, self._asking = SideConnection(settings), SideConnection(settings)
        self.topology = TopologyWatch(settings, self._looking)
        self.reading = ReadingCheck(settings, self._looking)
        self._writing = WritingCheck(settings, self._asking)
        self.checks: tuple[Check, ...] = (self.topology, self.reading, self._writing)

    async def begin(self) -> None:
        """Declare the contract's objects, and see that our user has the rights that bookings need.

        Raises `BrokerUnreachableError`, `UnmetRequirementError`, or what `declare_topology` raises.
        """
        looking, asking = await asyncio.gather(self._looking.connection(), self._asking.connection())
        try:
            with library_calls():
                await self._begin_on(looking, asking)
        except CONNECTION_EXCEPTIONS as failure:
            raise broker_error(self._settings, failure) from failure

    async def close(self) -> None:
        """Close its connections."""
        await asyncio.gather(self._looking.close(), self._asking.close())

    async def _begin_on(self, looking: AbstractConnection, asking: AbstractConnection) -> None:
        """Side by side, as each is a chain of round trips; what isn't there yet is asked for once it is."""
        rights = {require_reading: looking, require_publishing: asking}
        declared, *found = await asyncio.gather(
            self.topology.begin(looking),
            *(require(self._settings, connection) for require, connection in rights.items()),
            return_exceptions=True,
        )
        if declared:
            raise declared
        for (require, connection), failure in zip(rights.items(), found, strict=True):
            if isinstance(failure, ChannelNotFoundEntity):
                await require(self._settings, connection)
            elif failure:
                raise failure
        self._writing.asked()
