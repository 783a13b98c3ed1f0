"""One message that ends a channel or a connection is found out, and no other is blamed or held up for it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager

import pytest
from aio_pika import Message
from pamqp.common import FieldTable
from pydantic import SecretStr

from consumer.settings import ConsumerSettings
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.connection import declare_topology, open_connection
from publisher.errors import MessageRefusedError, PublishTimeoutError
from tests.proxies.censor import censor
from voyage import devstack

pytestmark = pytest.mark.thorough

OTHERS = 20
OVER_A_FRAME: FieldTable = {"x-blob": "x" * 200_000}


@pytest.fixture(scope="module")
def broker() -> Iterator[devstack.RabbitMq]:
    with devstack.RabbitMq(config=["max_message_size = 100000"]) as broker:
        yield broker


@asynccontextmanager
async def _publishing(
    settings: ConsumerSettings, url: str, timeout: float = 30
) -> AsyncIterator[ConfirmedPublisher]:
    settings = settings.model_copy(update={"amqp_url": SecretStr(url)})
    await declare_topology(settings)
    async with await open_connection(settings, "test") as connection:
        yield await ConfirmedPublisher.open(connection, timeout)


async def _among_others(
    publisher: ConfirmedPublisher, queue: str, odd: Coroutine[None, None, None], *, named: bool = True
) -> tuple[BaseException | None, list[BaseException | None]]:
    """How the odd one ended, and how those in flight at the same time did."""
    ids = [str(number) if named else None for number in range(OTHERS)]
    others = [publisher.publish(Message(b"1", message_id=own), queue) for own in ids]
    half = OTHERS // 2
    ends = await asyncio.gather(*others[:half], odd, *others[half:], return_exceptions=True)
    return ends.pop(half), ends


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        (Message(b"x" * 200_000, message_id="odd"), "larger than configured max size"),  # 406 to the channel
        (Message(b"1", message_id="odd", headers=OVER_A_FRAME), "FRAME_ERROR"),  # 501 to the connection
    ],
    ids=["channel", "connection"],
)
async def test_the_message_that_rabbitmq_refuses_is_told_from_those_beside_it(
    broker: devstack.RabbitMq, settings: ConsumerSettings, odd: Message, said: str
) -> None:
    async with _publishing(settings, broker.url) as publisher, asyncio.timeout(30):
        queue = settings.requests_queue
        end, others = await _among_others(publisher, queue, publisher.publish(odd, queue))

        assert isinstance(end, MessageRefusedError)
        assert said in str(end)
        assert others == [None] * OTHERS


@pytest.mark.parametrize("named", [True, False], ids=["with ids", "without ids"])
async def test_a_message_on_which_the_connection_dies_without_a_word_holds_up_no_other(
    servers: devstack.Servers, settings: ConsumerSettings, *, named: bool
) -> None:
    async with (
        censor(servers.amqp_url, b"forbidden") as url,
        _publishing(settings, url, timeout=10) as publisher,
    ):
        queue = settings.requests_queue
        odd = Message(b"forbidden", message_id="odd" if named else None)
        end, others = await _among_others(publisher, queue, publisher.publish(odd, queue), named=named)

        assert isinstance(end, PublishTimeoutError)
        assert end.is_suspect
        assert "the connection was lost" in str(end)
        assert others == [None] * OTHERS


async def test_a_connection_that_an_operator_closes_makes_nobody_a_suspect(
    broker: devstack.RabbitMq, settings: ConsumerSettings
) -> None:
    async with _publishing(settings, broker.url) as publisher:
        closing = asyncio.create_task(asyncio.to_thread(broker.ctl, "close_all_connections", "maintenance"))
        while not closing.done():
            await publisher.publish(Message(b"1"), settings.requests_queue)
        await publisher.publish(Message(b"1"), settings.requests_queue)


async def test_a_mistake_of_ours_is_raised_at_once_and_not_taken_for_a_lost_connection(
    servers: devstack.Servers, settings: ConsumerSettings
) -> None:
    async with _publishing(settings, servers.amqp_url) as publisher:
        with pytest.raises(Exception) as raised:  # noqa: PT011 -- whichever the encoder raises
            async with asyncio.timeout(5):
                await publisher.publish(Message(b"1", headers={"x": object()}), settings.requests_queue)  # type: ignore[dict-item]
        assert not isinstance(raised.value, TimeoutError | PublishTimeoutError)
