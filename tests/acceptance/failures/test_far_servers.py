"""Servers that are far away: what can go side by side does, at the start and with each task."""

import pytest
from yarl import URL

from publisher import BookingRequest, Client
from publisher.contract.result import Status
from tests.acceptance.conftest import World
from tests.acceptance.inbox import trip
from tests.acceptance.watching import Watched
from tests.chaos.proxy.protocols import Amqp, Passing, Way
from tests.chaos.proxy.tcp_proxy import Proxy
from tests.poll import eventually

pytestmark = pytest.mark.thorough

BOOKINGS = 60
FIXED = 5 + 5
"""How many polls the SDK has open for tasks of workflows and of activities, unless told otherwise."""


@pytest.mark.parametrize("module", ["saga", "consumer"])
async def test_polls_grow_with_the_work_and_all_is_booked(world: World, module: str) -> None:
    host, _, port = world.temporal_address.rpartition(":")
    world.with_settings(health_port=0)
    async with Proxy(int(port)) as far:
        far.link.delay = 0.2
        others = {"saga": world.consumer, "consumer": world.worker}
        await others[module]()
        world.extra = {"TEMPORAL_ADDRESS": f"{host}:{far.port}"}
        watched = await Watched.of(await world.run(module))
        await watched.until_ready()
        peak = 0.0

        async def more_polls() -> bool:
            nonlocal peak
            kinds = ("workflow_task", "sticky_workflow_task", "activity_task")
            polls = [await watched.total("temporal_num_pollers", poller_type=kind) for kind in kinds]
            peak = max(peak, sum(polls))
            return peak > 2 * FIXED

        async with await Client.connect(settings=world.settings) as client:
            for _ in range(BOOKINGS):
                await client.publish(BookingRequest.model_validate(trip()))
            await eventually("more polls than a fixed number", more_polls, within=120)
            results = [result async for result in client.results(count=BOOKINGS)]

    assert {result.status for result in results} == {Status.BOOKED}


async def test_a_consumer_opens_its_connections_while_its_queues_are_declared(world: World) -> None:
    passed: list[str] = []

    class Heard(Amqp):
        def named(self, way: Way, frame: bytes) -> Passing | None:
            passing = super().named(way, frame)
            passed.extend([passing.name] if passing else [])
            return passing

    near = URL(world.settings.amqp_url.get_secret_value())
    async with Proxy(near.port or 5672, Heard) as proxy:
        declared = proxy.trap("Queue.DeclareOk", way=Way.ANSWER)
        world.extra = {"AMQP_URL": str(near.with_port(proxy.port))}
        consumer = await world.run("consumer")
        await declared.sprung()

        def all_are_open() -> bool:
            subscribed = passed.count("Basic.QosOk") >= len(world.settings.consumed_queues)
            return subscribed and "Confirm.SelectOk" in passed

        await eventually("channels for messages and for results", all_are_open)
        assert not any("Consumer ready" in line for line in consumer.log)
        declared.let_pass()
        await consumer.logged("Consumer ready")
