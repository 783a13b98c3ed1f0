"""A RabbitMQ with users, and everything running over it where bookings have owners."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from aio_pika import Message
from aio_pika.abc import AbstractIncomingMessage
from pydantic import SecretStr

from publisher import BookingRequest, BookingResult, Client
from publisher.settings import BrokerSettings
from tests.acceptance.conftest import World, a_world
from tests.acceptance.owners.shipped import broker, services
from tests.conftest import own_names
from tests.poll import eventually
from tests.rabbitmq import connect
from tests.users import add_user, url_of
from voyage import devstack
from voyage.devstack import RabbitMq

__all__ = ["broker", "services"]
BRIDGE, OPERATOR = "bridge", "operator"
ALICE, BOB, PROXY = "alice", "bob@example.com", "proxy"


@dataclass(frozen=True)
class Users:
    """The users of a node, and what each may see of a world there."""

    node: RabbitMq
    world: World

    def settings(self, user: str) -> BrokerSettings:
        """The world's, as this user."""
        return self.world.settings.model_copy(update={"amqp_url": SecretStr(url_of(self.node, user))})

    async def client(self, user: str) -> Client:
        """A client of this user."""
        return await Client.connect(settings=self.settings(user))

    def environment(self, user: str) -> Mapping[str, str]:
        """For a command of this user."""
        return {"AMQP_URL": url_of(self.node, user)}

    async def send(self, connected_as: str, queue: str, body: bytes = b"{}", **properties: Any) -> str:
        """Send a message as it is; its id."""
        own = uuid4().hex
        async with await connect(url_of(self.node, connected_as)) as connection:
            channel = await connection.channel()
            message = Message(body, **{"message_id": own, **properties})
            await channel.default_exchange.publish(message, queue)
        return own

    async def letter(self, message_id: str) -> AbstractIncomingMessage:
        """The dead letter with this id, taken out."""
        async with await connect(url_of(self.node, OPERATOR)) as connection:
            queue = await (await connection.channel()).get_queue(self.world.settings.dead_queue)

            async def found() -> AbstractIncomingMessage | None:
                letter = await queue.get(fail=False)
                if letter and letter.message_id == message_id:
                    await letter.ack()
                    return letter
                return None

            return await eventually("the dead letter", found)


@pytest.fixture(scope="session")
def node() -> Iterator[RabbitMq]:
    with RabbitMq() as node:
        for user in (BRIDGE, OPERATOR, ALICE, BOB):
            add_user(node, user)
        add_user(node, PROXY, tags=("impersonator",))
        yield node


@pytest.fixture(scope="session")
async def users(node: RabbitMq, servers: devstack.Servers) -> AsyncIterator[Users]:
    """Consumer and worker in one process, as a user of their own."""
    names = own_names().model_copy(update={"owners": True, "operators": f"{BRIDGE}, {OPERATOR}"})
    url = await asyncio.to_thread(url_of, node, BRIDGE)
    async with a_world(url, servers.temporal_address, names) as world:
        await world.consumer("--with-worker")
        yield Users(node, world)


def trip(booking_id: str, **changes: Any) -> BookingRequest:
    return BookingRequest(
        **{"name": "Jane", "car": "c", "hotel": "h", "flight": "f", "booking_id": booking_id, **changes}
    )


async def next_result(client: Client) -> BookingResult:
    """The next one in the client's own results queue, which must come."""
    [result] = [one async for one in client.results(count=1, timeout=30)]
    return result
