"""The least that a bridge can be, as written by hand: `python -m benchmarks.glue [--with-worker]`.

A message starts the workflow, and its reply step publishes. Nothing is validated, no repeat is recognised,
nothing comes back after an outage, and nobody sees what goes on. SDK, its settings and the worker are ours.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from dataclasses import asdict
from typing import Any

import uvloop
from aio_pika import DeliveryMode, Message, connect
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from consumer.settings import ConsumerSettings
from publisher.amqp.connection import declare_topology
from saga.legs import LEGS
from saga.models import BookingOutcome, BookVacationInput, ReplyCallback
from saga.settings import WorkerSettings
from saga.suppliers.selection import open_suppliers
from saga.temporal import sdk_runtime
from saga.temporal.connection import connect_when_available
from saga.worker import build
from saga.workflows.booking import BookingWorkflow

REPLY = "reply"


class Glue:
    """Starts a workflow for each message, and publishes its outcome; both on one channel."""

    def __init__(self, client: Client, channel: AbstractChannel, settings: ConsumerSettings) -> None:
        self._client = client
        self._channel = channel
        self._settings = settings

    async def take(self, message: AbstractIncomingMessage) -> None:
        """Start, then ack."""
        request = json.loads(message.body)
        context = {
            "id": message.message_id,
            "reply_to": message.reply_to,
            "correlation": message.correlation_id,
        }
        settings = self._settings
        await self._client.start_workflow(
            BookingWorkflow.run,
            BookVacationInput(
                book_user_id=request["name"],
                book_car_id=request["car"],
                book_hotel_id=request["hotel"],
                book_flight_id=request["flight"],
                reply=ReplyCallback(
                    activity=REPLY,
                    task_queue=settings.reply_task_queue,
                    context=context,
                    local=settings.with_worker,
                ),
            ),
            id=f"glue-{message.message_id}",
            task_queue=settings.task_queue,
            request_eager_start=settings.with_worker,
        )
        await message.ack()

    @activity.defn(name=REPLY)
    async def reply(
        self,
        outcome: BookingOutcome,
        context: dict[str, Any],
        _again: bool,  # noqa: FBT001 -- Temporal passes arguments by position
    ) -> None:
        """Publish, and wait until RabbitMQ has it."""
        items = {leg.leg: leg.item for leg in outcome.legs}
        result = {**asdict(outcome), **items, "booking_id": context["id"], "cancelled": False}
        answer = Message(
            json.dumps(result).encode(),
            delivery_mode=DeliveryMode.PERSISTENT,
            correlation_id=context["correlation"],
        )
        await self._channel.default_exchange.publish(answer, context["reply_to"], mandatory=False)


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
        glue = Glue(client, channel, settings)
        replies = Worker(client, task_queue=settings.reply_task_queue, activities=[glue.reply])
        await stack.enter_async_context(replies)
        if settings.with_worker:
            suppliers = await stack.enter_async_context(open_suppliers(LEGS))
            await stack.enter_async_context(build(client, WorkerSettings(), suppliers, {REPLY: glue.reply}))
        requests = await channel.get_queue(settings.requests_queue)
        await requests.consume(glue.take)
        print("Glue ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
