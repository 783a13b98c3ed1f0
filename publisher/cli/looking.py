"""A client for who only looks: it makes no queue, as a look should change nothing."""

from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.outage_log import quiet_connections
from publisher.client import Client
from publisher.connecting import Connecting
from publisher.settings import BrokerSettings
from voyage.runtime.settings import load_settings


def looking() -> Connecting[Client]:
    """Connect, by the environment; raises as `Client.connect` does, but for queues that aren't there."""

    async def connected() -> Client:
        settings = load_settings(BrokerSettings)
        with quiet_connections():
            publisher = await ConfirmedPublisher.connect(settings, "voyage client", routes=settings.routes)
        return Client(publisher, settings)

    return Connecting(connected)
