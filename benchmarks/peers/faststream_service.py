"""The saga in a FastStream handler: acked when that has ended, no step of it stored anywhere."""

import asyncio
import os

from faststream import AckPolicy, FastStream
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue, RabbitResponse

from benchmarks.peers import supplier

# As for all who are compared: no line in the log for each message.
broker = RabbitBroker(os.environ["AMQP_URL"], default_channel=Channel(prefetch_count=100), logger=None)
requests = RabbitQueue(os.environ["PEERS_QUEUE"], queue_type=QueueType.QUORUM, durable=True)


# getting-started/acknowledgement: NACK_ON_ERROR is for messages that must not be lost.
@broker.subscriber(requests, ack_policy=AckPolicy.NACK_ON_ERROR)
async def book(trip: dict[str, str]) -> RabbitResponse:
    """Book the three legs one after the other; undo them in reverse if one is refused."""
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


if __name__ == "__main__":
    app = FastStream(broker)
    app.after_startup(lambda: print("Peer ready", flush=True))
    asyncio.run(app.run())
