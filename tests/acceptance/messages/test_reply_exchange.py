"""The setting for least-privilege deployments: everything is published through one exchange."""

import asyncio
import json
from uuid import uuid4

from publisher import BookingRequest, Client
from tests.acceptance.conftest import World
from tests.acceptance.inbox import TRIP, Inbox, next_message
from tests.rabbitmq import connect


async def test_results_parked_results_and_dead_letters_go_through_the_reply_exchange(world: World) -> None:
    exchange = f"test.{uuid4().hex}"
    world.with_settings(reply_exchange=exchange)
    await asyncio.gather(world.consumer(), world.worker())
    async with (
        await Client.connect(settings=world.settings) as client,
        await connect(world.settings.amqp_url.get_secret_value()) as connection,
    ):
        inbox = await Inbox.open(await connection.channel(), world.settings)
        assert (await client.book(BookingRequest.model_validate(TRIP))).status.value == "booked"
        await inbox.send({**TRIP, "booking_id": uuid4().hex}, reply_to=world.settings.results_queue)
        [result] = [result async for result in client.results(count=1)]
        assert result.status.value == "booked"

        await inbox.send({**TRIP, "booking_id": uuid4().hex})  # its queue is not bound to the exchange
        parked_queue = await inbox.channel.get_queue(world.settings.parked_queue)
        parked = await next_message(parked_queue, "the parked result")
        assert json.loads(parked.body)["status"] == "booked"
        own = uuid4().hex
        await inbox.send(b"{}", reply_to="amq.rabbitmq.reply-to.x", message_id=own)
        assert (await inbox.dead_letter(own)).headers["x-reason"] == "reply_to_not_allowed"
        await inbox.channel.exchange_delete(exchange)
