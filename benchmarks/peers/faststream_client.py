"""Books on FastStream with a reply queue of its own, as rabbit/rpc, "Reply-To" advises.

Its blocking `request` has one request in flight for each connection, so it is not for many at once.
"""

import asyncio
import os

from faststream.rabbit import QueueType, RabbitBroker, RabbitMessage, RabbitQueue

from benchmarks.peers import lines

broker = RabbitBroker(os.environ["AMQP_URL"], logger=None)
replies = RabbitQueue(f"{os.environ['PEERS_QUEUE']}.replies", queue_type=QueueType.QUORUM, durable=True)
waiting: dict[str, asyncio.Future[str]] = {}


@broker.subscriber(replies)
async def answered(status: str, message: RabbitMessage) -> None:
    """Hand an answer to whoever waits for it."""
    if answer := waiting.pop(message.correlation_id or "", None):
        answer.set_result(status)


async def book(trip: dict[str, str]) -> str:
    """Book one trip; the status."""
    booking_id = trip["booking_id"]
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    waiting[booking_id] = answer
    await broker.publish(
        trip,
        queue=os.environ["PEERS_QUEUE"],
        reply_to=replies.name,
        correlation_id=booking_id,
        message_id=booking_id,
        persist=True,
    )
    return await answer


async def main() -> None:
    """Serve until our input ends."""
    async with broker:
        await broker.start()
        await lines.serve(book)


if __name__ == "__main__":
    asyncio.run(main())
