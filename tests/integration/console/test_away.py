"""With a server away the console says so at once, shows what it knows, and comes back by itself."""

import os
import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr
from yarl import URL

from consumer.settings import ConsumerSettings
from tests.chaos.proxy.tcp_proxy import Proxy
from tests.integration.conftest import Saga
from tests.integration.console.conftest import (
    Browser,
    a_browser,
    a_console,
    console_settings,
    until_connected,
)


@pytest.fixture
async def rabbitmq(own_queues: ConsumerSettings) -> AsyncIterator[Proxy]:
    async with Proxy(URL(own_queues.amqp_url.get_secret_value()).port or 5672) as proxy:
        yield proxy


@pytest.fixture
async def temporal_door(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    async with Proxy(urlsplit(f"//{os.environ['TEMPORAL_ADDRESS']}").port or 7233) as proxy:
        monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{proxy.port}")
        yield proxy


@pytest.fixture
async def behind(
    own_queues: ConsumerSettings, rabbitmq: Proxy, temporal_door: Proxy
) -> AsyncIterator[Browser]:
    """A browser of a console that reaches both servers by doors that may be shut."""
    assert temporal_door.port
    url = URL(own_queues.amqp_url.get_secret_value()).with_host("127.0.0.1").with_port(rabbitmq.port)
    settings = console_settings(own_queues, amqp_url=SecretStr(str(url)))
    async with a_console(settings) as console, a_browser(console) as browser:
        await until_connected(console)
        yield browser


async def test_without_temporal_what_was_known_stays(
    behind: Browser, saga: Saga, temporal_door: Proxy
) -> None:
    handle = await saga.start(prefix="booking-")
    await handle.result()
    path = f"/bookings?id={handle.id}"
    async with behind.looking(path) as events:
        now = await anext(events)
        while "status booked" not in now:
            now = await anext(events)
        await temporal_door.shut()
        while "<strong>Temporal is away</strong>" not in now:
            now = await anext(events)
        while "This is how it was at" not in now:
            now = await anext(events)
        assert "status booked" in now
        assert "RabbitMQ is away" not in now

        await temporal_door.open()
        while "Temporal is away" in now or "This is how it was at" in now:
            now = await anext(events)
        assert "status booked" in now


async def test_without_rabbitmq_bookings_are_shown_and_nothing_is_sent(
    behind: Browser, rabbitmq: Proxy
) -> None:
    await rabbitmq.shut()
    await behind.sees("/bookings", "<strong>RabbitMQ is away</strong>")
    await behind.sees("/attention", "RabbitMQ does not answer")
    answer, page = await behind.post(
        "/book", **{"field.name": "J", "field.car": "c", "field.hotel": "h", "field.flight": "f"}
    )
    assert answer.status == 503
    assert "RabbitMQ does not answer" in page
    assert re.search(r'name="field.booking_id"[^>]*value="[^"]+"', page), "the same id may be sent again"

    await rabbitmq.open()
    async with behind.looking("/attention") as events:
        now = await anext(events)
        while "RabbitMQ" in now:
            now = await anext(events)
    assert "None." in now


async def test_a_console_that_starts_without_both_says_so(
    own_queues: ConsumerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    settings = console_settings(own_queues, amqp_url=SecretStr("amqp://guest:s3cret@127.0.0.1:1/"))
    async with a_console(settings) as console, a_browser(console) as browser:
        for path in ("/bookings", "/attention", "/health"):
            page = await browser.sees(path, "Temporal is away", "RabbitMQ is away")
            assert "s3cret" not in page
        await browser.sees("/health", "<strong>Temporal</strong>: can&#39;t be used", within=60)
