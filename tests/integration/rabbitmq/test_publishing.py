"""The client against a real broker: what is confirmed, what is refused, what comes back."""

import pytest
from aio_pika import Message
from pydantic import SecretStr

from consumer.settings import ConsumerSettings
from publisher import (
    BookingRequest,
    BrokerUnreachableError,
    Client,
    QueueMismatchError,
    ResultTimeoutError,
    UndeliverableError,
)
from publisher.amqp.parked_result import ParkedResult
from tests.integration.rabbitmq.some_results import put_results, result
from tests.poll import eventually
from tests.rabbitmq import connect

TRIP = BookingRequest(name="Jane", car="c", hotel="h", flight="f")


async def test_a_published_request_is_persistent_typed_and_has_an_id(
    client: Client, settings: ConsumerSettings
) -> None:
    booking_id = await client.publish(TRIP, reply_to="booking.results.mine", correlation_id="c-1")
    async with await connect(settings.amqp_url.get_secret_value()) as connection:
        queue = await (await connection.channel()).get_queue(settings.requests_queue)
        message = await queue.get(no_ack=True)
    assert message
    assert BookingRequest.model_validate_json(message.body).booking_id == booking_id
    assert (message.reply_to, message.correlation_id) == ("booking.results.mine", "c-1")
    assert (message.delivery_mode, message.type) == (2, "booking.request")
    assert message.message_id


@pytest.mark.usefixtures("client")
async def test_declaring_again_is_harmless(settings: ConsumerSettings) -> None:
    async with Client.connect(settings=settings) as second:
        await second.publish(TRIP)


@pytest.mark.usefixtures("client")
async def test_a_queue_with_other_arguments_is_named_with_the_difference(
    settings: ConsumerSettings,
) -> None:
    async with await connect(settings.amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        await channel.queue_delete(settings.dead_queue)
        await channel.declare_queue(settings.dead_queue, durable=True)
    with pytest.raises(QueueMismatchError, match=rf"{settings.dead_queue}.*x-queue-type"):
        await Client.connect(settings=settings)


async def test_a_request_that_no_queue_takes_is_an_error(client: Client, settings: ConsumerSettings) -> None:
    async with await connect(settings.amqp_url.get_secret_value()) as connection:
        await (await connection.channel()).queue_delete(settings.requests_queue)
    with pytest.raises(UndeliverableError, match=settings.requests_queue):
        await client.publish(TRIP)


async def test_no_result_in_time_names_the_booking(client: Client) -> None:
    with pytest.raises(ResultTimeoutError, match="my-booking"):
        await client.book(TRIP.model_copy(update={"booking_id": "my-booking"}), timeout=0.3)


async def test_an_unreachable_broker_is_named_without_its_password() -> None:
    with pytest.raises(BrokerUnreachableError, match="AMQP_URL") as failed:
        await Client.connect("amqp://guest:secret@127.0.0.1:1/")
    assert "secret" not in str(failed.value)


async def test_results_drops_repeats_and_parks_what_is_no_result(
    client: Client, settings: ConsumerSettings
) -> None:
    first, second = result(1).to_body(), result(2).to_body()
    await put_results(
        settings,
        Message(first, message_id="m-1", correlation_id="c-1"),
        Message(b"not a result", message_id="m-x"),
        Message(first, message_id="m-1", correlation_id="c-1"),
        Message(first, message_id="m-1", correlation_id="c-2"),
        Message(second, message_id="m-2", correlation_id="c-2"),
    )
    got = [answer.booking_id async for answer in client.results(count=3)]

    assert got == ["b-1", "b-1", "b-2"]
    [parked] = await eventually("what is no result to be parked", lambda: parked_in(client))
    assert (parked.id, parked.reason) == ("m-x", "no_result")


async def parked_in(client: Client) -> list[ParkedResult]:
    return [parked async for parked in client.parked_results.browse()]


async def test_a_result_that_was_not_dealt_with_comes_again(
    client: Client, settings: ConsumerSettings
) -> None:
    await put_results(settings, Message(result(1).to_body(), message_id="m-1"))
    stream = client.results()
    await anext(stream)
    await stream.aclose()

    assert [answer.booking_id async for answer in client.results(count=1)] == ["b-1"]


async def test_a_url_given_wins_over_the_settings(settings: ConsumerSettings) -> None:
    wrong = settings.model_copy(update={"amqp_url": SecretStr("amqp://127.0.0.1:1/")})
    async with Client.connect(settings.amqp_url.get_secret_value(), wrong) as client:
        await client.publish(TRIP)
