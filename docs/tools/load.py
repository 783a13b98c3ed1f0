"""What is asked for while the dashboard's picture is taken: a bit of everything, most of it in the middle."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace

from publisher import BookingRequest
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import open_connection
from publisher.amqp.message import new_message
from publisher.contract.request import REQUEST_TYPE
from publisher.settings import BrokerSettings
from tests.chaos.load import orders, sender
from tests.chaos.load.orders import Order
from tests.chaos.load.poison import Poison
from tests.chaos.observation.collector import Collector

SEED = 7
TRIP = BookingRequest(name="Jane Smith", car="plain", hotel="plain", flight="plain", booking_id="repeated")
ANSWERED_WITHIN = 120.0  # seconds after the last one was sent
POISON = 0.02  # as a share of all messages
ODDITIES = 6  # rounds of what the drawn messages don't have


async def send(settings: BrokerSettings, count: int, seconds: float) -> None:
    """Send so many messages in this time, and return when each is answered."""
    drawn = [replace(one, at=seconds * hurry(one.at)) for one in orders.draw(SEED, count, 1.0, POISON)]
    collector = Collector(settings)
    async with collector.collecting():
        await asyncio.gather(sender.send(drawn, settings), send_oddities(settings, seconds))
        asked = correlation_ids(drawn)
        async with asyncio.timeout(ANSWERED_WITHIN):
            while not asked <= {answer.correlation_id for answer in collector.answers}:
                await asyncio.sleep(0.5)


def hurry(share: float) -> float:
    """When a message is sent, as a share of the time: four times as many in the middle as at both ends."""
    return share + 0.6 * math.sin(2 * math.pi * share) / (2 * math.pi)


def correlation_ids(drawn: Sequence[Order | Poison]) -> set[str]:
    """What is to be answered."""
    rejected = {one.message_id for one in drawn if isinstance(one, Poison) and one.is_answered}
    return rejected | {own for one in drawn if isinstance(one, Order) for own in one.correlation_ids}


async def send_oddities(settings: BrokerSettings, seconds: float) -> None:
    """Repeats, conflicts, and results that can't go where they should; the drawn messages have none."""
    async with await open_connection(settings, "oddities") as connection:
        publisher = await ConfirmedPublisher.open(connection, settings.publish_timeout)

        async def ask(request: BookingRequest, reply_to: str | None = None) -> None:
            message = new_message(request.to_body(), REQUEST_TYPE, reply_to=reply_to)
            await publisher.publish(message, settings.requests_queue)

        for number in range(ODDITIES):
            await ask(TRIP)
            await asyncio.sleep(seconds / ODDITIES)
            await ask(TRIP.model_copy(update={"car": "another"}))
            own = TRIP.model_copy(update={"booking_id": f"odd-{number}"})
            await ask(own, reply_to=f"{settings.results_queue}.gone")
            await ask(own, reply_to="somebody-elses")
