"""One fault at a time, with bookings under way: before it, under it and after it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from tests.chaos.load import orders
from tests.chaos.load.orders import Order
from tests.chaos.load.poison import Poison
from tests.chaos.load.sender import Load
from tests.chaos.observation.collector import Collector, depth
from tests.poll import eventually
from tests.weather.measured import Measured
from tests.weather.readiness import Readiness
from tests.weather.scene import Fault, Scene

BOOKINGS_A_SECOND = 2
BEFORE, AFTER = 2.0, 4.0  # seconds of load on both sides of the fault
AGAIN_WITHIN = 2.0  # seconds in which a repeat follows its request, so that a round ends soon
PATIENCE = 180.0  # seconds after a fault in which everything must be well again
MENDED_WITHIN = 120.0  # seconds, once everything was started anew
LOOK_EVERY = 1.0
ENOUGH = 4000  # messages among which there is the poison that a fault wants


class Weather:
    """Does faults to a scene and measures them; what was sent in all rounds is in `sent`."""

    def __init__(self, scene: Scene, load: Load, collector: Collector, readiness: Readiness) -> None:
        self._scene = scene
        self._load = load
        self._collector = collector
        self._readiness = readiness
        self.sent: list[Order | Poison] = []
        self.may_expire: list[str] = []

    async def round(self, fault: Fault, seed: int) -> Measured:
        """One fault; returns when all is well again, or was started anew because it did not get well."""
        now = asyncio.get_running_loop().time
        ended_before = len(self._scene.supervisor.ended)
        earlier, later = self._draw(fault, seed)
        poison = _poison(fault, seed)
        self.sent += [*earlier, *later, *poison]
        self.may_expire += [one.booking_id for one in earlier if fault.expires]
        async with asyncio.TaskGroup() as sending:
            sending.create_task(self._load.send_all(earlier))
            await asyncio.sleep(BEFORE)
            began = now()
            async with fault.does(self._scene):
                sending.create_task(self._load.send_all(poison))
                await asyncio.sleep(fault.seconds)
            ended = now()
            sending.create_task(self._load.send_all(later))
        is_well = await self._until_well([*earlier, *later], ended)
        safe = await self._until_dead_lettered(fault.poison, ended) if is_well else None
        tells = [name for role in fault.tells for name in self._scene.those(role)]
        measured = Measured(
            fault,
            seed,
            noticed={name: self._readiness.noticed(name, began, now()) for name in tells},
            first=min(self._answered_after(later, ended), default=None),
            all_answers=self._all_answered_after(earlier, ended, safe),
            reasons=self._readiness.reasons(tells, began),
            ended=self._scene.supervisor.ended[ended_before:],
        )
        if safe is None:
            await self._mend([*earlier, *later])
        return measured

    async def _until_well(self, sent: Sequence[Order], since: float) -> bool:
        """Whether in time everything was answered and everybody ready."""
        within = since + PATIENCE - asyncio.get_running_loop().time()
        try:
            await eventually("all to be well", lambda: self._is_well(sent), within)
        except AssertionError:
            return False
        return True

    async def _until_dead_lettered(self, count: int, since: float) -> float | None:
        """Seconds from then until so many lay in the dead-letter queue, 0 for none; None: not in time."""
        now = asyncio.get_running_loop().time
        while count and await depth(self._scene.world.direct, self._scene.world.direct.dead_queue) < count:
            if now() > since + PATIENCE:
                return None
            await asyncio.sleep(LOOK_EVERY)
        return now() - since if count else 0.0

    async def _mend(self, sent: Sequence[Order]) -> None:
        """Restart all of ours, as a person would; what then is still not answered is left to the check."""
        services = self._scene.services
        with self._scene.supervisor.leaving_alone(*services):
            await asyncio.gather(*(asyncio.to_thread(service.stop) for service in services.values()))
            for service in services.values():
                service.spawn()
        await self._until_well(sent, asyncio.get_running_loop().time() + MENDED_WITHIN - PATIENCE)

    def _is_well(self, sent: Sequence[Order]) -> bool:
        answered = {answer.correlation_id for answer in self._collector.answers}
        expected = {own for order in sent for own in order.correlation_ids}
        return expected <= answered and self._readiness.all_ready()

    def _answered_after(self, sent: Sequence[Order], ended: float) -> list[float]:
        """Seconds from then until the first answer of each that has one."""
        answers = self._collector.answers
        first = {answer.correlation_id: answer.at for answer in reversed(answers)}
        return [first[one.booking_id] - ended for one in sent if one.booking_id in first]

    def _all_answered_after(self, sent: Sequence[Order], ended: float, safe: float | None) -> float | None:
        waits = self._answered_after(sent, ended)
        return None if safe is None or len(waits) < len(sent) else max(safe, 0.0, *waits)

    def _draw(self, fault: Fault, seed: int) -> tuple[list[Order], list[Order]]:
        """What is sent before and under the fault, and what is sent after it."""
        before_the_end = BEFORE + fault.seconds
        seconds = before_the_end + AFTER
        drawn = orders.draw(seed, int(seconds * BOOKINGS_A_SECOND), seconds, share=0.0)
        bookings = [_fitting(one, fault) for one in drawn if isinstance(one, Order)]
        earlier = [one for one in bookings if one.at < before_the_end]
        later = [replace(one, at=one.at - before_the_end) for one in bookings if one.at >= before_the_end]
        return earlier, later


def _fitting(order: Order, fault: Fault) -> Order:
    """Its repeat comes soon; one that may expire has none and no cancel, so its only answer tells all."""
    again = order.again_after
    order = order if again is None else replace(order, again_after=min(again, AGAIN_WITHIN))
    return replace(order, again_after=None, cancel_after=None) if fault.expires else order


def _poison(fault: Fault, seed: int) -> list[Poison]:
    drawn = orders.draw(seed + ENOUGH, ENOUGH if fault.poison else 0, 1.0, share=1.0)
    poison = [one for one in drawn if isinstance(one, Poison) and one.is_request]
    return [replace(one, at=0.0) for one in poison[: fault.poison]]
