"""What RabbitMQ refuses when a process starts is told in one line, without a password."""

import asyncio

from aio_pika import connect

from tests.acceptance.conftest import World


async def test_a_queue_with_other_arguments_is_a_clear_error_and_no_crash_loop(world: World) -> None:
    name = world.settings.requests_queue
    async with await connect(world.settings.amqp_url.get_secret_value()) as connection:
        await (await connection.channel()).declare_queue(name, durable=True)
    consumer = await world.run("consumer")
    exit_code = await asyncio.wait_for(consumer.process.wait(), 30)

    assert exit_code == 2
    assert f"Queue '{name}' exists with other arguments" in consumer.log[-1]
    assert "x-queue-type" in consumer.log[-1] or "x-dead-letter" in consumer.log[-1]


async def test_a_login_that_is_refused_is_a_clear_error_and_no_crash_loop(world: World) -> None:
    right = world.settings.amqp_url.get_secret_value()
    world.extra = {"AMQP_URL": right.replace("guest:guest", "guest:secret")}
    consumer = await world.run("consumer")
    exit_code = await asyncio.wait_for(consumer.process.wait(), 30)
    command_code, _, complained = await world.voyage("status", "x")

    assert (exit_code, command_code) == (2, 2)
    for said in (consumer.log[-1], complained):
        assert "refuses the login. Correct user and password in AMQP_URL" in said
        assert "secret" not in said


async def test_a_virtual_host_that_is_not_there_is_waited_for_and_named(world: World) -> None:
    world.extra = {"AMQP_URL": world.settings.amqp_url.get_secret_value().rstrip("/") + "/nowhere"}
    consumer = await world.run("consumer")

    assert "/nowhere can't be used (the virtual host is not there, " in await consumer.logged("Trying again")
