"""Requeueing a message without limit: waiting never brings it nearer to its delivery limit."""

from aio_pika.abc import AbstractIncomingMessage

from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.message import Delivery

FRESH_COPY_AFTER = 10  # of the 20 deliveries after which RabbitMQ would take a message for poison


async def requeue(message: AbstractIncomingMessage, publisher: ConfirmedPublisher, queue: str) -> None:
    """Return the message to its queue; one that was returned often is sent to its end as a fresh copy.

    So an outage, however long, never brings a message to the delivery limit. A crash between copy and ack
    leaves the message twice, which its id makes harmless.
    """
    count = message.headers.get("x-delivery-count")
    if not isinstance(count, int) or count < FRESH_COPY_AFTER:
        await message.nack(requeue=True)
        return
    await publisher.publish(Delivery.from_message(message).to_message(), queue)
    await message.ack()
