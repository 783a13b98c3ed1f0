"""Results one after the other: none is thrown away, and one that fails holds up no other."""

import asyncio
from contextlib import aclosing

import pytest
from pydantic import SecretStr

from consumer.settings import ConsumerSettings
from publisher import BookingResult, Client
from publisher.results.taken import pause_after
from tests.chaos.proxy.tcp_proxy import Proxy
from tests.integration.rabbitmq.some_results import all_in, put_numbers
from tests.poll import eventually
from voyage.devstack.ports import HOST

BAD = "b-0"


class BadError(Exception):
    """What somebody's code raises."""


async def read_until_bad(client: Client, seen: list[str], tries: int = 3) -> None:
    """As people write it, without a word about closing."""
    async for answer in client.results(timeout=2, tries=tries):
        seen.append(str(answer.booking_id))
        if answer.booking_id == BAD:
            raise BadError


async def read_one_and_fail(settings: ConsumerSettings, seen: list[str]) -> None:
    async with Client.connect(settings=settings) as client:
        async for answer in client.results(tries=100):
            seen.append(str(answer.booking_id))
            raise BadError


async def test_waiting_with_a_timeout_ends_nothing(client: Client, settings: ConsumerSettings) -> None:
    stream = client.results()
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(stream), 0.2)
    await put_numbers(settings, range(3))
    assert [(await asyncio.wait_for(anext(stream), 5)).booking_id for _ in range(3)] == ["b-0", "b-1", "b-2"]
    await stream.aclose()


async def test_it_ends_after_a_silence_if_it_is_told_to(client: Client, settings: ConsumerSettings) -> None:
    await put_numbers(settings, range(3))
    assert len([answer async for answer in client.results(timeout=0.5)]) == 3
    assert await all_in(settings, settings.results_queue) == []


async def test_a_result_that_fails_is_set_aside_and_holds_up_no_other(
    client: Client, settings: ConsumerSettings
) -> None:
    await put_numbers(settings, range(20))
    seen: list[str] = []
    for _ in range(3):
        with pytest.raises(BadError):
            await read_until_bad(client, seen)

    assert seen.count(BAD) == 3
    assert sorted(set(seen)) == sorted(f"b-{number}" for number in range(20))
    [parked] = await eventually("parked", lambda: all_in(settings, settings.parked_queue))
    assert parked.headers["x-reason"] == "handler_failed"
    assert parked.headers["x-reply-to"] == settings.results_queue
    assert "3 tries" in str(parked.headers["x-error"])
    assert await all_in(settings, settings.results_queue) == []


async def test_a_client_that_ends_every_time_loses_nothing_and_others_go_on(
    client: Client, settings: ConsumerSettings
) -> None:
    await put_numbers(settings, range(10))
    seen: list[str] = []
    for _ in range(25):  # more often than RabbitMQ 4 delivers without an argument
        with pytest.raises(BadError):
            await read_one_and_fail(settings, seen)
    assert set(seen) == {f"b-{number}" for number in range(10)}
    left = {answer.booking_id async for answer in client.results(count=10, tries=100)}
    assert left == set(seen)


async def test_a_stream_can_be_closed_while_it_is_waited_for(client: Client) -> None:
    async with aclosing(client.results()) as stream:
        waiting = asyncio.create_task(anext(stream, None))
        await asyncio.sleep(0.3)
        await stream.aclose()
        assert await asyncio.wait_for(waiting, 5) is None


async def test_a_lost_connection_loses_nothing(client: Client, settings: ConsumerSettings) -> None:
    await put_numbers(settings, range(30))
    seen = list[str | None]()
    async with Proxy(settings.url.port or 0) as proxy:
        through = SecretStr(str(settings.url.with_host(HOST).with_port(proxy.port)))
        async with Client.connect(settings=settings.model_copy(update={"amqp_url": through})) as cut:
            async for answer in cut.results(count=30):
                seen.append(answer.booking_id)
                if len(seen) % 7 == 0:
                    proxy.cut()
    assert sorted(seen, key=str) == sorted(f"b-{number}" for number in range(30))
    assert [answer async for answer in client.results(timeout=1)] == []


async def test_subscribers_share_a_backlog(client: Client, settings: ConsumerSettings) -> None:
    await put_numbers(settings, range(60))
    async with Client.connect(settings=settings) as other:
        first, second = await asyncio.gather(*(slowly(one) for one in (client, other)))
    assert len(first) + len(second) == 60
    assert min(len(first), len(second)) >= 20


async def slowly(client: Client) -> list[BookingResult]:
    taken = []
    async for answer in client.results(timeout=1):
        await asyncio.sleep(0.01)
        taken.append(answer)
    return taken


def test_pauses_grow_up_to_a_minute() -> None:
    assert [pause_after(tries) for tries in (0, 1, 2, 3, 8, 1000)] == [0, 0.5, 1, 2, 60, 60]
