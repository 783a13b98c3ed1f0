"""A broker that is far away is asked side by side: each round trip counts."""

from pydantic import SecretStr

from consumer.settings import ConsumerSettings
from publisher.amqp.connection import declare_topology
from publisher.amqp.topology import queues
from publisher.broker_url import read
from tests.chaos.proxy.protocols import Amqp, Passing, Way
from tests.chaos.proxy.tcp_proxy import Proxy
from tests.rabbitmq import connect
from voyage.devstack.ports import HOST


async def test_the_queues_are_declared_without_waiting_for_one_another(settings: ConsumerSettings) -> None:
    passed: list[str] = []

    class Heard(Amqp):
        def named(self, way: Way, frame: bytes) -> Passing | None:
            passing = super().named(way, frame)
            passed.extend([passing.name] if passing else [])
            return passing

    near = read(settings.amqp_url.get_secret_value())[0]
    async with Proxy(near.port or 5672, Heard) as proxy:
        proxy.link.delay = 0.2
        address = SecretStr(str(near.with_host(HOST).with_port(proxy.port)))
        await declare_topology(settings.model_copy(update={"amqp_url": address}))

    async with await connect(settings.amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        for queue in queues(settings):
            await channel.queue_delete(queue.name)

    before_any_answer = passed[: passed.index("Queue.DeclareOk")]
    assert before_any_answer.count("Queue.Declare") == len(queues(settings))
