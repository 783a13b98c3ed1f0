"""The console's connection to RabbitMQ. It makes no queue, as a look should change nothing."""

from console.errors import AwayError, in_words
from console.facts.link import Link
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.outage_log import quiet_connections
from publisher.amqp.reconnecting import ReconnectingConnection
from publisher.client import Client
from publisher.settings import BrokerSettings
from voyage.errors import VoyageError

_AWAY = "RabbitMQ does not answer. The console connects again by itself."


class BrokerLink(Link):
    """A client when there is one, and why there is none; it comes back by itself."""

    name = "RabbitMQ"

    def __init__(self, settings: BrokerSettings) -> None:
        super().__init__()
        self._settings = settings
        self._publisher: ConfirmedPublisher | None = None
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        """The client; raises `AwayError` while RabbitMQ is away."""
        if self._client is None or not self._is_connected:
            raise AwayError(self.away or _AWAY)
        return self._client

    @property
    def connection(self) -> ReconnectingConnection:
        """Its connection; raises the same."""
        if self._publisher is None or not self._is_connected:
            raise AwayError(self.away or _AWAY)
        return self._publisher.connection

    async def watch(self) -> None:
        """Look after the connection for ever, and close it when told to end."""
        try:
            await super().watch()
        finally:
            if self._client:
                await self._client.close()

    @property
    def _is_connected(self) -> bool:
        return self._publisher is not None and self._publisher.connection.connected.is_set()

    async def _look(self) -> str:
        if self._publisher is None:
            try:
                with quiet_connections():
                    self._publisher = await ConfirmedPublisher.connect(self._settings, "voyage console")
            except VoyageError as error:
                return in_words(error)
            self._client = Client(self._publisher, self._settings)
        return "" if self._is_connected else _AWAY
