"""What is looked at in RabbitMQ all the time, apart from the connections that work."""

import asyncio

from consumer.diagnostics.rights import ReadingCheck, WritingCheck
from consumer.diagnostics.side_connection import SideConnection
from consumer.diagnostics.topology_watch import TopologyWatch
from consumer.settings import ConsumerSettings
from voyage.runtime.health import Check


class BrokerWatch:
    """Topology and rights, on two connections: an alarm stops the one that publishes, and not the other."""

    def __init__(self, settings: ConsumerSettings) -> None:
        self._looking, self._asking = SideConnection(settings), SideConnection(settings)
        self.topology = TopologyWatch(settings, self._looking)
        self.reading = ReadingCheck(settings, self._looking)
        self.checks: tuple[Check, ...] = (
            self.topology,
            self.reading,
            WritingCheck(settings, self._asking),
        )

    async def close(self) -> None:
        """Close its connections."""
        await asyncio.gather(self._looking.close(), self._asking.close())
