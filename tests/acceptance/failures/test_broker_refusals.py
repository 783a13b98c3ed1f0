"""What RabbitMQ refuses when a process starts is told in one line, without a password."""

import asyncio

from tests.acceptance.conftest import World
from tests.rabbitmq import connect


async def test_a_queue_with_other_arguments_is_a_clear_error_and_no_crash_loop(world: World) -> None:
    name = world.settings.requests_queue
    async with await connect(world.settings.amqp_url.get_secret_value()) as connection:
        await (await connection.channel()).declare_queue(name, durable=True)
    code, _, complained = await asyncio.wait_for(world.command("voyage-consumer"), 30)
    last = complained.splitlines()[-1]

    assert code == 2
    assert f"Queue '{name}' exists with other arguments" in last
    assert "x-queue-type" in last or "x-dead-letter" in last


async def test_a_login_that_is_refused_is_a_clear_error_and_no_crash_loop(world: World) -> None:
    right = world.settings.amqp_url.get_secret_value()
    world.extra = {"AMQP_URL": right.replace("guest:guest", "guest:secret")}
    for command in (("voyage-consumer",), ("voyage", "status", "x")):
        code, _, complained = await asyncio.wait_for(world.command(*command), 30)

        assert code == 2
        assert "refuses the login. Correct user and password in AMQP_URL" in complained.splitlines()[-1]
        assert "secret" not in complained


async def test_a_virtual_host_that_is_not_there_is_waited_for_and_named(world: World) -> None:
    world.extra = {"AMQP_URL": world.settings.amqp_url.get_secret_value().rstrip("/") + "/nowhere"}
    consumer = await world.run("consumer")

    assert "/nowhere can't be used (it says: NOT_ALLOWED - vhost nowhere not found" in await consumer.logged(
        "Trying again"
    )
