"""A minimal bridge: a message starts the workflow, and the reply step publishes the outcome.

It validates nothing, recognises no repeated request, does not recover after an outage, and has no metrics.
SDK, settings and worker are those of Voyage. Run by `python -m benchmarks.scenarios.glue [--with-worker]`.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from dataclasses import asdict
from typing import Any

import uvloop
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractIncomingMessage
from temporalio import activity
from temporalio.worker import Worker

from consumer.settings import ConsumerSettings
from publisher.amqp.connection import declare_topology
from saga.models import BookingOutcome, BookVacationInput, ReplyCallback
from saga.settings import WorkerSettings
from saga.suppliers.selection import open_suppliers
from saga.temporal import sdk_runtime
from saga.temporal.connection import connect_when_available
from saga.worker import build
from saga.workflows.booking import BookingWorkflow
from tests.rabbitmq import connect
from voyage.trips.tutorial import BookingRequest

REPLY = "reply"


async def main() -> None:
    """Serve until terminated."""
    settings = ConsumerSettings(with_worker="--with-worker" in sys.argv)
    sdk_runtime.set_up(settings)
    client = await connect_when_available()
    await declare_topology(settings)
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(await connect(settings.amqp_url.get_secret_value()))
        channel = await connection.channel()
        await channel.set_qos(settings.prefetch)

        async def take(message: AbstractIncomingMessage) -> None:
            request = json.loads(message.body)
            properties = {"reply_to": message.reply_to, "correlation": message.correlation_id}
            reply_step = ReplyCallback(
                activity=REPLY,
                task_queue=settings.reply_task_queue,
                context={"id": message.message_id, **properties},
                local=settings.with_worker,
            )
            await client.start_workflow(
                BookingWorkflow.run,
                BookVacationInput(
                    book_user_id=request["name"],
                    book_car_id=request["car"],
                    book_hotel_id=request["hotel"],
                    book_flight_id=request["flight"],
                    reply=reply_step,
                ),
                id=f"glue-{message.message_id}",
                task_queue=settings.task_queue,
                request_eager_start=settings.with_worker,
            )
            await message.ack()

        @activity.defn(name=REPLY)
        async def reply(
            outcome: BookingOutcome,
            context: dict[str, Any],
            _again: bool,  # noqa: FBT001 -- Temporal passes arguments by position
        ) -> None:
            items = {leg.leg: leg.item for leg in outcome.legs}
            result = {**asdict(outcome), **items, "booking_id": context["id"], "cancelled": False}
            answer = Message(
                json.dumps(result).encode(),
                delivery_mode=DeliveryMode.PERSISTENT,
                correlation_id=context["correlation"],
            )
            await channel.default_exchange.publish(answer, context["reply_to"], mandatory=False)

        replies = Worker(client, task_queue=settings.reply_task_queue, activities=[reply])
        await stack.enter_async_context(replies)
        if settings.with_worker:
            suppliers = await stack.enter_async_context(open_suppliers(BookingRequest.declared_legs))
            await stack.enter_async_context(build(client, WorkerSettings(), suppliers, {REPLY: reply}))
        requests = await channel.get_queue(settings.requests_queue)
        await requests.consume(take)
        print("Glue ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
