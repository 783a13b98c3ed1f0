"""What an application's log has of an outage of RabbitMQ: a line for each client, and its end."""

import asyncio
import logging

import pytest
from aio_pika import connect_robust
from pydantic import SecretStr

from consumer.settings import ConsumerSettings
from publisher import Client, ClientClosedError, ResultTimeoutError
from tests.chaos.proxy.tcp_proxy import Proxy
from tests.poll import eventually
from voyage.devstack.ports import HOST
from voyage.runtime.awaiting import forget


async def test_an_outage_is_two_lines_of_ours_and_none_of_the_libraries(
    settings: ConsumerSettings, caplog: pytest.LogCaptureFixture
) -> None:
    listen(caplog)
    async with Proxy(settings.url.port or 0) as proxy:
        through = str(settings.url.with_host(HOST).with_port(proxy.port))
        reached = settings.model_copy(update={"amqp_url": SecretStr(through)})
        theirs = await connect_robust(through, reconnect_interval=1)
        async with Client.connect(settings=reached, name="orders") as client:
            reading = asyncio.ensure_future(anext(client.results()))
            reading.add_done_callback(forget)
            with pytest.raises(ResultTimeoutError):  # from here on it has a reply queue, too
                await client.status("b", timeout=0.3)
            caplog.clear()
            await proxy.shut()
            await eventually("their connection to try in vain", lambda: lines(caplog, "aio_pika") or None)
            await asyncio.sleep(2.5)  # tries of ours
            await theirs.close()
            caplog.clear()
            await asyncio.sleep(2.5)
            said = lines(caplog, "aio_pika", "aiormq")
            assert not [line for line in said if str(proxy.port) in line]
            await proxy.open()
            (back,) = await eventually("the line that it is back", lambda: lines(caplog, "publisher"))
        assert "is back after" in back
        with pytest.raises(ClientClosedError):
            await reading


async def test_a_client_that_closes_has_nothing_to_say(
    settings: ConsumerSettings, caplog: pytest.LogCaptureFixture
) -> None:
    async with Client.connect(settings=settings, name="orders") as client:
        with pytest.raises(ResultTimeoutError):  # from here on it has a reply queue
            await client.status("b", timeout=0.3)
        listen(caplog)
        caplog.clear()
    assert lines(caplog, "publisher", "aio_pika", "aiormq") == []


async def test_an_outage_begins_with_one_line(
    settings: ConsumerSettings, caplog: pytest.LogCaptureFixture
) -> None:
    listen(caplog)
    async with Proxy(settings.url.port or 0) as proxy:
        through = str(settings.url.with_host(HOST).with_port(proxy.port))
        reached = settings.model_copy(update={"amqp_url": SecretStr(through)})
        async with Client.connect(settings=reached, name="orders") as client:
            with pytest.raises(ResultTimeoutError):
                await client.status("b", timeout=0.3)
            caplog.clear()
            await proxy.shut()
            await asyncio.sleep(3.5)
            (away,) = lines(caplog, "publisher", "aio_pika", "aiormq")
    assert "is away from 'orders'" in away
    assert "guest:guest" not in away


def listen(caplog: pytest.LogCaptureFixture) -> None:
    """To everything, whatever a command that ran in this process before has silenced."""
    for name in ("", "aio_pika", "aiormq", "publisher"):
        caplog.set_level(logging.INFO, name)


def lines(caplog: pytest.LogCaptureFixture, *loggers: str) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name.startswith(loggers)]
