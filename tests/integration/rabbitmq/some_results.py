"""Results as the service sends them, put into a queue, and what is found there afterwards."""

from collections.abc import Iterable

from aio_pika import Message
from aio_pika.abc import AbstractIncomingMessage

from consumer.settings import ConsumerSettings
from publisher import BookingResult, Status
from tests.rabbitmq import connect


def result(number: int) -> BookingResult:
    return BookingResult(
        cancelled=False, result="r", user_id="u", booking_id=f"b-{number}", status=Status.BOOKED
    )


async def put_results(settings: ConsumerSettings, *messages: Message) -> None:
    async with await connect(settings.amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        for message in messages:
            await channel.default_exchange.publish(message, settings.results_queue)


async def put_numbers(settings: ConsumerSettings, numbers: Iterable[int]) -> None:
    """Results `b-1`, `b-2`, …, each with a message id."""
    messages = (Message(result(number).to_body(), message_id=f"m-{number}") for number in numbers)
    await put_results(settings, *messages)


async def all_in(settings: ConsumerSettings, queue: str) -> list[AbstractIncomingMessage]:
    """What is ready in a queue, taken."""
    async with await connect(settings.amqp_url.get_secret_value()) as connection:
        found = await (await connection.channel()).get_queue(queue)
        messages = []
        while message := await found.get(no_ack=True, fail=False):
            messages.append(message)
        return messages
