"""Each state of health, by breaking what it stands for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import pytest

from publisher import BookingRequest, Client
from publisher.contract.result import Status
from publisher.errors import BrokerUnreachableError
from tests.acceptance.conftest import World, a_world
from tests.acceptance.inbox import TRIP
from tests.acceptance.watching import Watched
from tests.conftest import own_names
from tests.poll import eventually
from tests.rabbitmq import connect
from voyage import devstack
from voyage.devstack.temporal_release import temporal_of_choice


def be_watched(world: World, *, give_up_after: float = 120) -> None:
    world.with_settings(
        health_port=0,
        health_check_interval=0.2,
        recover_after=1.0,
        give_up_after=give_up_after,
        probe_interval=0.2,
    )


async def both(world: World) -> tuple[Watched, Watched]:
    """Consumer and worker, ready."""
    services = await asyncio.gather(world.consumer(), world.worker())
    watched = await asyncio.gather(*map(Watched.of, services))
    await asyncio.gather(*(one.until_ready() for one in watched))
    return watched[0], watched[1]


async def test_a_consumer_and_a_worker_that_do_their_work_are_live_and_ready(world: World) -> None:
    be_watched(world)
    for watched, part in zip(await both(world), ("consumer", "worker"), strict=True):
        assert (await watched.get("/livez")).json() == {"live": True}
        assert (await watched.get("/readyz")).json() == {"ready": True, "problems": []}
        assert await watched.numbers("voyage_ready") == {frozenset({("part", part)}): 1}
        assert await watched.total("temporal_num_pollers") > 0


async def test_a_process_that_is_both_counts_as_a_ready_consumer_and_a_ready_worker(world: World) -> None:
    be_watched(world)
    watched = await Watched.of(await world.consumer("--with-worker"))
    await watched.until_ready()
    parts = await watched.numbers("voyage_ready")

    assert parts == {frozenset({("part", part)}): 1 for part in ("consumer", "worker")}


async def test_without_servers_a_process_is_live_and_not_ready(world: World) -> None:
    be_watched(world)
    world.extra = {"AMQP_URL": "amqp://127.0.0.1:1/", "TEMPORAL_ADDRESS": "127.0.0.1:1"}
    for module in ("consumer", "saga"):
        watched = await Watched.of(await world.run(module))
        assert (await watched.get("/livez")).status_code == 200
        assert await watched.reasons() == {"process": "starting"}

        async def names_the_server(watched: Watched = watched) -> bool:
            [problem] = (await watched.get("/readyz")).json()["problems"]
            return problem["text"].startswith("Waiting for its servers: ") and " at " in problem["text"]

        await eventually("/readyz to say which server is away", names_the_server)


@pytest.mark.thorough
async def test_a_consumer_whose_queue_was_deleted_is_not_ready_and_mends_itself(world: World) -> None:
    be_watched(world)
    consumer, _ = await both(world)
    async with await connect(world.settings.amqp_url.get_secret_value()) as connection:
        await (await connection.channel()).queue_delete(world.settings.requests_queue)
        await consumer.service.logged("(no_consumer)")  # /readyz may say it for a moment only
    await consumer.until_ready()
    async with await Client.connect(settings=world.settings) as client:
        result = await client.book(BookingRequest.model_validate(TRIP))

    assert result.status is Status.BOOKED
    assert await world.consumers() == 1


@pytest.mark.thorough
async def test_a_consumer_that_cannot_be_mended_exits_to_be_started_anew(world: World) -> None:
    be_watched(world, give_up_after=3)
    consumer, _ = await both(world)
    async with await connect(world.settings.amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        for name in (world.settings.requests_queue, world.settings.results_queue):
            await channel.queue_delete(name)
        await channel.declare_queue(world.settings.requests_queue, exclusive=True)  # nobody else may use it
        exit_code = await asyncio.wait_for(consumer.service.process.wait(), 60)
        await channel.queue_delete(world.settings.requests_queue)

    assert exit_code == 3
    assert "giving up" in consumer.service.log[-1]


@dataclass
class OwnServers:
    rabbitmq: devstack.RabbitMq
    temporal: devstack.Temporal
    world: World

    async def manage(self, method: str, path: str, body: object = None) -> httpx.Response:
        """An order to RabbitMQ's management API."""
        async with httpx.AsyncClient(auth=("guest", "guest")) as client:
            url = f"http://127.0.0.1:{self.rabbitmq.ui_port}/api/{path}"
            return await client.request(method, url, json=body)


@pytest.fixture
async def own() -> AsyncIterator[OwnServers]:
    """A world over servers of its own, which the test may stop and manage."""
    with ExitStack() as stack:
        rabbitmq, temporal = devstack.RabbitMq(ui=True), temporal_of_choice(print)
        for server in (rabbitmq, temporal):
            stack.callback(server.close)
            server.spawn()
        await asyncio.gather(*(asyncio.to_thread(server.wait) for server in (rabbitmq, temporal)))
        async with a_world(rabbitmq.url, temporal.address, own_names()) as world:
            be_watched(world)
            yield OwnServers(rabbitmq, temporal, world)


@pytest.mark.thorough
async def test_temporal_away_makes_both_unready_and_pauses_the_consumer_until_it_is_back(
    own: OwnServers,
) -> None:
    consumer, worker = await both(own.world)
    async with await Client.connect(settings=own.world.settings) as client:
        await asyncio.to_thread(own.temporal.stop)
        await asyncio.gather(*(one.until_reason("temporal_away") for one in (consumer, worker)))
        for _ in range(5):
            await client.publish(BookingRequest.model_validate(TRIP))
        await consumer.until_reason("paused")
        assert await consumer.total("voyage_paused", queue=own.world.settings.requests_queue) == 1
        await asyncio.to_thread(own.temporal.start)
        await asyncio.gather(*(one.until_ready(90) for one in (consumer, worker)))
        results = [result async for result in client.results(count=5)]

    assert {result.status for result in results} == {Status.BOOKED}
    assert consumer.service.process.returncode is None


@pytest.mark.thorough
async def test_the_broker_away_makes_the_consumer_unready_until_it_is_back(own: OwnServers) -> None:
    consumer, worker = await both(own.world)
    await asyncio.to_thread(own.rabbitmq.stop)
    await consumer.until_reason("broker_away")
    await consumer.until_reason("reply_channel_closed")
    assert await worker.reasons() == {}
    await asyncio.to_thread(own.rabbitmq.start)
    await consumer.until_ready()


@pytest.mark.thorough
async def test_a_closed_reply_channel_is_not_ready_although_requests_are_taken(own: OwnServers) -> None:
    consumer, _ = await both(own.world)
    await own.manage("PUT", "vhost-limits/%2F/max-connections", {"value": 1})
    with pytest.raises(
        BrokerUnreachableError, match=r"says: NOT_ALLOWED - .*connection limit \(1\) is reached\)"
    ):
        async with Client.connect(settings=own.world.settings):
            pass

    async def closed() -> bool:
        connections = (await own.manage("GET", "connections")).json()
        for one in connections:
            if one["client_properties"].get("connection_name") == "voyage-consumer results":
                await own.manage("DELETE", f"connections/{one['name']}")
                return True
        return False

    await eventually("the management API to show and close the connection", closed)
    await consumer.until_reason("reply_channel_closed")
    assert await consumer.reasons() == {"reply channel": "reply_channel_closed"}
    assert await consumer.total("voyage_ready") == 0
    await own.manage("DELETE", "vhost-limits/%2F/max-connections")
    await consumer.until_ready()
