"""`python -m benchmarks.client.answering`: answers each request at once, and books nothing."""

import asyncio

from aio_pika import Message
from aio_pika.abc import AbstractIncomingMessage

from publisher.amqp.connection import declare_topology
from publisher.contract.result import RESULT_TYPE, BookingResult, Status
from publisher.settings import BrokerSettings
from tests.rabbitmq import connect
from voyage.runtime.settings import load_settings


async def answer() -> None:
    """Until it is ended."""
    settings = load_settings(BrokerSettings)
    await declare_topology(settings)
    connection = await connect(settings.amqp_url.get_secret_value())
    channel = await connection.channel(publisher_confirms=False)
    await channel.set_qos(200)

    async def reply(message: AbstractIncomingMessage) -> None:
        result = BookingResult(
            cancelled=False, result="r", user_id="u", booking_id=message.message_id, status=Status.BOOKED
        )
        body = Message(
            result.to_body(),
            correlation_id=message.correlation_id,
            message_id=message.message_id,
            type=RESULT_TYPE,
        )
        await channel.default_exchange.publish(body, message.reply_to or "", mandatory=False)
        await message.ack()

    await (await channel.get_queue(settings.requests_queue)).consume(reply)
    print("answering", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(answer())
