"""A consumer that may open no more files when it must connect again says so, and goes on when it may."""

import resource
from pathlib import Path

from pydantic import SecretStr
from yarl import URL

from tests.acceptance.conftest import World
from tests.chaos.proxy.tcp_proxy import Proxy
from voyage import devstack


def first_free(pid: int) -> int:
    """The file descriptor that this process would get next."""
    return min(set(range(100)) - {int(path.name) for path in Path(f"/proc/{pid}/fd").iterdir()})


async def test_a_connection_that_cannot_be_opened_for_lack_of_descriptors(
    world: World, servers: devstack.Servers
) -> None:
    url = URL(servers.amqp_url)
    async with Proxy(url.port or 5672) as broker:
        direct = world.settings.amqp_url
        through = SecretStr(str(url.with_host("127.0.0.1").with_port(broker.port)))
        world.with_settings(amqp_url=through, health_check_interval=0.5)
        consumer = await world.consumer()
        world.with_settings(amqp_url=direct)
        await consumer.logged("Ready")
        pid = consumer.process.pid
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        await broker.shut()
        await consumer.logged("is lost")
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (first_free(pid), before[1]))
        await broker.open()
        told = await consumer.logged("Too many open files", within=90)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        await consumer.logged("RabbitMQ is back", within=90)

    assert "Start it" not in told
    assert consumer.process.returncode is None
