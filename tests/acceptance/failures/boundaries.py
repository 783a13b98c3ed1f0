"""A world whose every connection goes through a proxy that can stop it at a named frame or call."""

import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import SecretStr
from temporalio.client import Client as Temporal

from consumer.reconciliation.reconciliation_workflow import ReconciliationWorkflow
from consumer.settings import ConsumerSettings
from examples.demo.supplier import ExampleSupplier
from publisher.broker_url import read
from tests.acceptance.conftest import World, a_world
from tests.acceptance.services import Service
from tests.chaos.load import sender
from tests.chaos.load.orders import Order
from tests.chaos.observation.checker import violations
from tests.chaos.observation.collector import Collector
from tests.chaos.observation.observed import Answer, Depth, Observed
from tests.chaos.proxy.protocols import Amqp, Conversation, Grpc, Http, Way
from tests.chaos.proxy.tcp_proxy import Proxy
from tests.chaos.proxy.trap import Trap
from tests.conftest import own_names
from tests.poll import eventually
from voyage import devstack
from voyage.devstack.ports import HOST


class Boundary(NamedTuple):
    """A moment: the first frame or call of this name on this link, before it arrives at the other end."""

    link: str
    name: str
    about: str = ""
    way: Way = Way.REQUEST


@dataclass
class Crossing:
    """Bookings through proxied links, named `rabbitmq`, `supplier`, and `temporal` with who uses it."""

    world: World
    direct: ConsumerSettings
    temporal_address: str
    supplier: ExampleSupplier
    links: Mapping[str, Proxy]
    collector: Collector

    async def consumer(self) -> Service:
        return await self._service("consumer", "Consumer ready")

    async def worker(self) -> Service:
        return await self._service("worker", "Worker ready")

    async def reach(self, order: Order, boundary: Boundary) -> Trap:
        """Send a booking and return when it is held at the boundary."""
        trap = self.links[boundary.link].trap(boundary.name, boundary.about, boundary.way)
        await sender.send([order], self.direct)
        await trap.sprung()
        return trap

    async def violations(self, order: Order) -> list[str]:
        """What is wrong once the booking has ended and everybody has stopped consuming."""
        await eventually("the booking to end and to be answered", lambda: self._ended(order), within=60)
        for service in self.world.services:
            if "Consumer ready" in "\n".join(service.log):
                await service.end(signal.SIGTERM)
        names = self.direct
        left = {
            name: Depth(await self.world.depth(name), 0)
            for name in (*names.consumed_queues, names.parked_queue, names.dead_queue)
        }
        ledger = self.supplier.ledger()
        own = f"booking-{order.booking_id}"
        seen = Observed(
            answers=self._answers(order),
            bookings=ledger.bookings(own),
            changes=ledger.changes(own),
            queues=left,
            running=await self._running(),
        )
        return violations([order], seen)

    async def _service(self, who: str, ready: str) -> Service:
        """Start one that reaches Temporal by its own link."""
        address = f"{HOST}:{self.links[f'{who} to temporal'].port}"
        self.world.extra["TEMPORAL_ADDRESS"] = address
        service = await self.world.run({"consumer": "consumer", "worker": "saga"}[who])
        await service.logged(ready)
        return service

    def _answers(self, order: Order) -> list[Answer]:
        return [one for one in self.collector.answers if one.correlation_id in order.correlation_ids]

    async def _ended(self, order: Order) -> bool:
        if not self._answers(order) or await self._running():
            return False
        return await self.world.consumers() > 0 and not await self.world.depth(self.direct.requests_queue)

    async def _running(self) -> list[str]:
        temporal = await Temporal.connect(self.temporal_address)
        mine = f"TaskQueue IN ('{self.direct.task_queue}', '{self.direct.reply_task_queue}')"
        query = (
            f"{mine} AND ExecutionStatus = 'Running' AND WorkflowType != '{ReconciliationWorkflow.__name__}'"
        )
        return [found.id async for found in temporal.list_workflows(query)]


@asynccontextmanager
async def a_crossing(
    servers: devstack.Servers, supplier: ExampleSupplier, fast_legs: float = 0.0
) -> AsyncIterator[Crossing]:
    """Proxied links and an empty world behind them."""
    changes = {"heartbeat_timeout": 1.0, "undo_attempts": 100, "fast_legs": fast_legs}
    direct = own_names().model_copy(update={"amqp_url": SecretStr(servers.amqp_url), **changes})
    temporal = int(servers.temporal_address.rpartition(":")[2])
    node = read(servers.amqp_url)[0]  # of a cluster, one: the link is then the only way
    targets: Mapping[str, tuple[int, type[Conversation]]] = {
        "rabbitmq": (node.port or 5672, Amqp),
        "consumer to temporal": (temporal, Grpc),
        "worker to temporal": (temporal, Grpc),
        "supplier": (supplier.port, Http),
    }
    async with AsyncExitStack() as stack:
        links = {name: await stack.enter_async_context(Proxy(*target)) for name, target in targets.items()}
        proxied = str(node.with_port(links["rabbitmq"].port))
        world = await stack.enter_async_context(a_world(proxied, servers.temporal_address, direct))
        there = f"http://{HOST}:{links['supplier'].port}"
        world.extra.update(
            {name: url.replace(supplier.url, there) for name, url in supplier.settings.items()}
        )
        collector = Collector(direct)
        await world.prepare()
        await stack.enter_async_context(collector.collecting())
        yield Crossing(world, direct, servers.temporal_address, supplier, links, collector)
