"""Sending a client's messages, and remembering which requests were sent."""

from collections import OrderedDict
from collections.abc import Mapping

from aio_pika import Message

from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.message import new_message
from publisher.amqp.ownership import OWNER
from publisher.contract.request import REQUEST_TYPE
from publisher.errors import NotPermittedError, Sent, UndeliverableError
from publisher.lifetime import Lifetime
from publisher.sending import Sending
from publisher.settings import BrokerSettings
from publisher.trace_context import current_trace
from voyage.trips import Trip

REMEMBERED = 10_000  # requests that were sent, of which the services may not know yet


class RequestSender:
    """Sends for one client, for as long as it lasts."""

    def __init__(self, publisher: ConfirmedPublisher, settings: BrokerSettings, lifetime: Lifetime) -> None:
        self._publisher = publisher
        self._settings = settings
        self._lifetime = lifetime
        self._sent: OrderedDict[str, None] = OrderedDict()

    def has_sent(self, booking_id: str) -> bool:
        """Whether this booking's request was sent from here, not too long ago."""
        return booking_id in self._sent

    def forget(self, booking_id: str) -> None:
        """It became no booking."""
        self._sent.pop(booking_id, None)

    async def publish(
        self,
        request: Trip,
        sending: Sending,
        reply_to: str | None,
        correlation_id: str | None,
        headers: Mapping[str, str] | None,
    ) -> str:
        """Send a request; its booking id, once RabbitMQ has it safe."""
        message = new_message(
            request.model_copy(update={"booking_id": sending.booking_id}).to_body(),
            REQUEST_TYPE,
            reply_to=reply_to,
            correlation_id=correlation_id or sending.booking_id,
            headers=headers,
        )
        await self.send(message, self._settings.requests_queue, sending)
        if OWNER not in message.headers:  # else it is another's
            self._sent[sending.booking_id] = None
        if len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)
        return sending.booking_id

    async def send(self, message: Message, queue: str, sending: Sending) -> None:
        """Return when RabbitMQ has it safe; raises as `ConfirmedPublisher.publish` does.

        It carries the trace that is current here, unless it names one, and our user, whom RabbitMQ checks.
        """
        message.user_id = self._settings.user
        if "traceparent" not in message.headers:
            message.headers.update(current_trace())
        with sending.refused_by(UndeliverableError, NotPermittedError):
            await self._lifetime.lasting(
                lambda: self._publisher.publish(message, queue, on_send=sending.begun)
            )
        sending.sent = Sent.SAFE
