"""RabbitMQ loses its disk while bookings run."""

import asyncio
import shutil

from tests.chaos.environment import until_ready
from tests.chaos.load.orders import Kind
from tests.drill.rehearsal import Rehearsal
from tests.poll import eventually
from voyage.devstack import RabbitMq


async def lose_the_disk(drill: Rehearsal) -> None:
    """Answers wait unread, bookings run, requests wait untaken; then the queues are gone with all of it."""
    world, rabbitmq = drill.world, drill.world.engines.rabbitmq
    assert isinstance(rabbitmq, RabbitMq)
    ended = await drill.send(20)
    ids = {order.booking_id for order in ended}

    async def have_ended() -> bool:
        return ids <= await drill.known("ExecutionStatus = 'Completed'")

    await eventually("the first bookings to end", have_ended, 60)
    running = await drill.send(10, Kind.SLOW)

    async def run() -> bool:
        return {order.booking_id for order in running} <= await drill.known("ExecutionStatus = 'Running'")

    await eventually("the next ones to run", run, 60)
    await asyncio.gather(*(asyncio.to_thread(consumer.stop) for consumer in drill.consumers))
    waiting = await drill.send(10)
    drill.say(f"{len(ended)} answers wait unread, {len(running)} bookings run, {len(waiting)} requests wait")
    await asyncio.to_thread(rabbitmq.kill)
    shutil.rmtree(rabbitmq.home / "mnesia")
    drill.say("RabbitMQ is killed, its disk is gone")
    for consumer in drill.consumers:
        consumer.spawn()
    await asyncio.to_thread(rabbitmq.start)
    drill.say("RabbitMQ is back, empty")
    async with drill.collector.collecting():
        await until_ready(world.services)
        await drill.all_answered(running)
        drill.say(
            f"{len(running)} of {len(running)} answers of the bookings that ran have come by themselves"
        )
        await drill.healed()
        for what, some in (("answers", ended), ("requests", waiting)):
            back = len(drill.answered(some))
            drill.say(f"{len(some) - back} of {len(some)} {what} that waited are lost, {back} have come")
        lost = [order for order in drill.sent if order not in drill.answered(drill.sent)]
        await drill.send_again(lost)
        await drill.all_answered(drill.sent)
        drill.say(f"{len(lost)} sent again under their ids: all answered")
        await drill.healed()
