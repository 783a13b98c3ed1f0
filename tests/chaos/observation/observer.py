"""Looking at a world from outside: until it has healed, and at what it has come to."""

import asyncio
import json
from collections.abc import Callable, Sequence

from temporalio.client import Client

from consumer.reconciliation.reconciliation_workflow import ReconciliationWorkflow
from publisher.contract.result import Status
from tests.chaos.environment import World, until_ready
from tests.chaos.load.orders import Order
from tests.chaos.load.poison import Poison
from tests.chaos.observation.collector import Collector, look_at
from tests.chaos.observation.observed import Depth, Observed, Sample

STUCK_AFTER = 120.0  # seconds in which nothing of what is left gets done
PAUSE = 1.0
SAY_EVERY = 20.0


class Observer:
    """Sees queues, workflows, results and the supplier's ledger; never asks the services."""

    def __init__(self, world: World, sent: Sequence[Order | Poison], collector: Collector) -> None:
        self._world = world
        self._collector = collector
        self._need_a_person = {
            f"booking-{order.booking_id}"
            for order in sent
            if isinstance(order, Order) and Status.FAILED in order.may_end
        }

    async def until_healed(self, say: Callable[[str], None]) -> bool:
        """Return when nothing waits and nothing runs, saying what is left; False if no more gets done."""
        await until_ready([*self._world.servers, *self._world.services])
        moved = said = asyncio.get_running_loop().time()
        before: set[str] = set()
        while left := await self._left():
            now = asyncio.get_running_loop().time()
            if not before or before - set(left):
                before, moved = set(left), now
            if now > moved + STUCK_AFTER:
                return False
            if now > said + SAY_EVERY:
                said = now
                say(f"waits for {len(left)}: {', '.join(left[:10])}")
            await asyncio.sleep(PAUSE)
        return True

    async def look(self, samples: Sequence[Sample], ended: Sequence[str]) -> Observed:
        """Everything there is to see now."""
        names = self._world.direct
        queues = await self._queues()
        ledger = self._world.supplier.ledger()
        # Changes first: if bookings still run, each change has its booking by then.
        changes = ledger.changes()
        return Observed(
            answers=list(self._collector.answers),
            bookings=ledger.bookings(),
            changes=changes,
            queues={name: depth for name, depth in queues.items() if name != names.dead_queue},
            dead=[message.message_id for message in await look_at(names, names.dead_queue)],
            running=await self._running(),
            ended=ended,
            samples=samples,
        )

    async def _left(self) -> list[str]:
        """The workflows and queues that are not done yet."""
        names = self._world.direct
        running = {name.removeprefix("manual-intervention-") for name in await self._running()}
        queues = await self._queues()
        waiting = (*names.consumed_queues, names.results_queue)
        full = [name for name in waiting if queues[name].ready or queues[name].unacked]
        return [*full, *sorted(running - self._need_a_person)]

    async def _running(self) -> list[str]:
        temporal = await Client.connect(self._world.engines.temporal.address)
        query = f"ExecutionStatus = 'Running' AND WorkflowType != '{ReconciliationWorkflow.__name__}'"
        return [found.id async for found in temporal.list_workflows(query)]

    async def _queues(self) -> dict[str, Depth]:
        columns = ("name", "messages_ready", "messages_unacknowledged")
        listing = await asyncio.to_thread(
            self._world.engines.rabbitmq.ctl, "list_queues", "--formatter", "json", *columns
        )
        return {
            str(queue["name"]): Depth(queue["messages_ready"], queue["messages_unacknowledged"])
            for queue in json.loads(listing)
        }
