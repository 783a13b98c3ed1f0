"""What people do to queues."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from consumer.settings import ConsumerSettings
from tests.rabbitmq import connect
from tests.weather.faults.network import Does
from tests.weather.scene import Scene

POLICY = "weather"
_TIMEOUT = 5.0


@asynccontextmanager
async def dead_letter_queue_deleted(scene: Scene) -> AsyncIterator[None]:
    """It is gone; what it held is kept for the check. Nothing may be on its way into it at that moment."""
    await _empty_and_delete(scene, scene.world.direct.dead_queue)
    yield


@asynccontextmanager
async def control_queue_deleted(scene: Scene) -> AsyncIterator[None]:
    """It is gone, with the cancels that it held: a booking may end either way then."""
    async with await connect(scene.world.direct.amqp_url.get_secret_value()) as connection:
        await (await connection.channel()).queue_delete(scene.world.direct.control_queue)
    yield


def policy_while_no_consumer_runs(**definition: int | str) -> Does:
    """A policy on the requests queue, under which requests wait; then it is removed and consumers start."""

    @asynccontextmanager
    async def fault(scene: Scene) -> AsyncIterator[None]:
        ctl, names = scene.world.engines.rabbitmq.ctl, scene.those("consumer")
        pattern = f"^{scene.world.direct.requests_queue}$"
        with scene.supervisor.leaving_alone(*names):
            await asyncio.gather(*(asyncio.to_thread(scene.services[name].stop) for name in names))
            keys = {key.replace("_", "-"): value for key, value in definition.items()}
            await asyncio.to_thread(ctl, "set_policy", POLICY, pattern, json.dumps(keys))
            try:
                yield
            finally:
                await asyncio.to_thread(ctl, "clear_policy", POLICY)
                for name in names:
                    scene.services[name].spawn()

    return fault


async def _empty_and_delete(scene: Scene, name: str) -> None:
    settings: ConsumerSettings = scene.world.direct
    async with await connect(settings.amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(name, ensure=False)
        while message := await queue.get(fail=False, timeout=_TIMEOUT):
            scene.dead.append((message.message_id, message.correlation_id))
            await message.ack()
        deleted = await channel.queue_delete(name)
    if deleted.message_count:
        raise RuntimeError(f"{deleted.message_count} messages came into {name} while it was deleted")
