"""The booking in a FastStream handler, which is acked at its end; FastStream stores no step.

The service is `python -m benchmarks.peers.faststream_app`, the client the same with `client`.
"""

import asyncio
import os
import sys

from faststream import AckPolicy, FastStream
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitMessage, RabbitQueue, RabbitResponse

from benchmarks.peers import stdio, supplier

NAME = os.environ["PEERS_QUEUE"]


def _queue(name: str) -> RabbitQueue:
    return RabbitQueue(name, queue_type=QueueType.QUORUM, durable=True)


async def serve() -> None:
    """Book each request until terminated."""
    # As for all peers: no line in the log for each message.
    broker = RabbitBroker(os.environ["AMQP_URL"], default_channel=Channel(prefetch_count=100), logger=None)

    # getting-started/acknowledgement: NACK_ON_ERROR is for messages that must not be lost.
    @broker.subscriber(_queue(NAME), ack_policy=AckPolicy.NACK_ON_ERROR)
    async def book(trip: dict[str, str]) -> RabbitResponse:
        taken: list[str] = []
        try:
            for leg in supplier.LEGS:
                taken.append(leg)
                await supplier.book_async(trip["booking_id"], leg, trip[leg])
        except supplier.RefusedError:
            for leg in reversed(taken):
                await supplier.undo_async(trip["booking_id"], leg, trip[leg])
            return RabbitResponse("cancelled", persist=True)
        return RabbitResponse("booked", persist=True)

    app = FastStream(broker)
    app.after_startup(lambda: print("Peer ready", flush=True))
    await app.run()


async def ask() -> None:
    """Book trips from standard input with an own reply queue, as rabbit/rpc, "Reply-To", advises.

    FastStream's `request` has only one request in flight for each connection.
    """
    broker = RabbitBroker(os.environ["AMQP_URL"], logger=None)
    replies = _queue(f"{NAME}.replies")
    waiting: dict[str, asyncio.Future[str]] = {}

    @broker.subscriber(replies)
    async def answered(status: str, message: RabbitMessage) -> None:
        if answer := waiting.pop(message.correlation_id or "", None):
            answer.set_result(status)

    async def book(trip: dict[str, str]) -> str:
        booking_id = trip["booking_id"]
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        waiting[booking_id] = answer
        ids = {"correlation_id": booking_id, "message_id": booking_id}
        await broker.publish(trip, queue=NAME, reply_to=replies.name, persist=True, **ids)
        return await answer

    async with broker:
        await broker.start()
        await stdio.serve(book)


if __name__ == "__main__":
    asyncio.run(ask() if sys.argv[1:] == ["client"] else serve())
