"""What a test leaves at RabbitMQ goes with it."""

from consumer.settings import ConsumerSettings
from publisher.amqp.connection import connected
from publisher.amqp.topology import queues


async def delete_queues(settings: ConsumerSettings) -> None:
    """Delete every queue of these names; one that is not there is fine."""
    async with connected(settings) as connection:
        for queue in queues(settings):
            channel = await connection.channel()
            await channel.queue_delete(queue.name)
