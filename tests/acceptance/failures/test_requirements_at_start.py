"""What can never work ends a process when it starts: exit code 2, and one line that says what to do."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.conftest import World, a_world
from tests.acceptance.doctor_reports import CONSUMER, WORKER, doctor
from tests.conftest import own_names
from tests.proxies.refusing_proxy import refusing_door
from voyage import devstack
from voyage.devstack.binaries import temporal_binary

pytestmark = pytest.mark.thorough

EVERYTHING, NOTHING = ".*", "^$"


@dataclass
class Own:
    """A world over a broker of its own, at which users can be made."""

    node: devstack.RabbitMq
    world: World

    async def become(self, *, read: str = EVERYTHING, write: str = EVERYTHING) -> None:
        """From now on, our processes are a user who may do no more than this."""
        await asyncio.to_thread(self.node.ctl, "set_permissions", "limited", NOTHING, write, read)
        self.world.extra = {"AMQP_URL": self.node.url.replace("guest:guest", "limited:limited")}


@pytest.fixture(scope="module")
def node() -> Iterator[devstack.RabbitMq]:
    node = devstack.RabbitMq()
    try:
        node.start()
        node.ctl("add_user", "limited", "limited")
        yield node
    finally:
        node.close()


@pytest.fixture
async def own(node: devstack.RabbitMq, servers: devstack.Servers) -> AsyncIterator[Own]:
    async with a_world(node.url, servers.temporal_address, own_names()) as world:
        await world.prepare()
        yield Own(node, world)


async def complaint(world: World, command: str, *options: str) -> str:
    """What a process says that ends at once, as it should."""
    code, _, complained = await world.command(command, *options)
    assert code == 2
    assert "Traceback" not in complained
    last = complained.splitlines()[-1]
    assert last.startswith(f"{command}: ")
    return last


async def test_a_user_who_may_do_just_enough(own: Own) -> None:
    names = own.world.settings
    exactly = [name.replace(".", r"\.") for name in names.consumed_queues]
    await own.become(read=f"^({'|'.join(exactly)})$", write=r"^amq\.default$")
    await own.world.consumer()
    report = await doctor(own.world)
    rights = {f"reading {queue}" for queue in names.consumed_queues}
    assert rights | {"publishing to the default exchange"} <= report.of("ok")
    assert report.states["oldest dead letter"] == "ok"  # none: that needs no right


@pytest.mark.parametrize("queue", ["requests_queue", "control_queue", "undelivered_queue"])
async def test_a_queue_that_we_may_not_read(own: Own, queue: str) -> None:
    name = getattr(own.world.settings, queue)
    await own.become(read=rf"^(?!{name}$).*$")
    said, report = await complaint(own.world, CONSUMER), await doctor(own.world)
    assert f"reading {name}: not permitted. Give the user in AMQP_URL the right to read" in said
    assert report.states[f"reading {name}"] == "failed"


@pytest.mark.parametrize("exchange", ["", "test.replies"])
async def test_an_exchange_to_which_we_may_not_write(own: Own, exchange: str) -> None:
    own.world.with_settings(reply_exchange=exchange)
    await own.world.prepare()
    await own.become(write=NOTHING)
    check = f"publishing to {exchange or 'the default exchange'}"
    said, report = await complaint(own.world, CONSUMER), await doctor(own.world)
    assert f"{check}: not permitted. Give the user in AMQP_URL the right to write" in said
    assert report.states[check] == "failed"


PROCESSES = pytest.mark.parametrize(
    "command", [(CONSUMER,), (CONSUMER, "--with-worker"), (WORKER,)], ids=" ".join
)


@PROCESSES
async def test_a_namespace_that_does_not_exist(world: World, command: Sequence[str]) -> None:
    world.extra = {"TEMPORAL_NAMESPACE": "no-such-namespace"}
    assert "namespace: there is no 'no-such-namespace'. Create it" in await complaint(world, *command)


@PROCESSES
@pytest.mark.parametrize("call", ["DescribeNamespace", "SignalWorkflowExecution"])
async def test_a_namespace_that_we_may_not_read_or_change(
    world: World, command: Sequence[str], call: str
) -> None:
    async with refusing_door(world.temporal_address, call) as address:
        world.extra = {"TEMPORAL_ADDRESS": address}
        said = await complaint(world, *command)
    assert "namespace: not permitted" in said
    assert "TEMPORAL_API_KEY" in said


class WithoutSchedules(devstack.Temporal):
    """A Temporal that refuses schedules by itself."""

    def command(self) -> Sequence[str | Path]:
        return [*super().command(), "--dynamic-config-value", "frontend.enableSchedules=false"]


async def test_schedules_that_we_may_not_use(world: World) -> None:
    server = WithoutSchedules(temporal_binary(print))
    try:
        await asyncio.to_thread(server.start)
        world.extra = {"TEMPORAL_ADDRESS": server.address}
        said, report = await complaint(world, CONSUMER), await doctor(world)
    finally:
        server.close()
    assert "reconciliation: not permitted" in said
    assert report.states["reconciliation"] == "failed"


async def test_what_does_not_keep_a_consumer_from_working_is_a_warning(world: World) -> None:
    world.with_settings(duplicate_window=300000000)
    consumer = await world.consumer()
    await consumer.logged("retention: 1 day, 0:00:00. A repeat after")
    assert consumer.process.returncode is None


async def test_what_can_never_work_is_not_kept_waiting_by_a_server_that_is_away(own: Own) -> None:
    await own.become(read=NOTHING)
    own.world.extra |= {"TEMPORAL_ADDRESS": "127.0.0.1:1"}
    assert f"reading {own.world.settings.requests_queue}: not permitted" in await complaint(
        own.world, CONSUMER
    )

    own.world.extra = {"AMQP_URL": "amqp://127.0.0.1:1/", "TEMPORAL_NAMESPACE": "no-such-namespace"}
    assert "namespace: there is no" in await complaint(own.world, CONSUMER)
