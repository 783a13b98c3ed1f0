"""Messages that belong together keep their order; others don't wait for them."""

import asyncio

from consumer.amqp.keyed_order import KeyedOrder


async def test_one_key_is_first_come_first_served_and_others_do_not_wait() -> None:
    order, seen, go_on = KeyedOrder(), list[str](), asyncio.Event()

    async def handle(name: str, key: str | None, *, wait: bool = False) -> None:
        async with order.turn(key):
            if wait:
                await go_on.wait()
            seen.append(name)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(handle("first", "a", wait=True))
        tasks.create_task(handle("second", "a"))
        tasks.create_task(handle("third", "a"))
        other = tasks.create_task(handle("other", "b"))
        free = tasks.create_task(handle("free", None))
        await asyncio.wait([other, free])
        assert set(seen) == {"other", "free"}
        go_on.set()

    assert seen[2:] == ["first", "second", "third"]
