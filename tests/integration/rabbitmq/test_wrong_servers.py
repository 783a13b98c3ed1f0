"""Whoever can't connect is told by what answered, in its own words where it has some."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from publisher.amqp.connection import connected, open_connection
from publisher.errors import BrokerUnreachableError
from publisher.settings import BrokerSettings

HTTP = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nwhat?"
TLS_ALERT = b"\x15\x03\x01\x00\x02\x02\x46"
OTHER_AMQP = b"AMQP\x00\x01\x00\x00"


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[int]:
    """The port of a server that says this to anybody."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(8)
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def refusals(url: str) -> list[str]:
    """What a connection for once says, and one that is to stay."""
    settings, told = BrokerSettings(amqp_url=SecretStr(url)), list[str]()
    with pytest.raises(BrokerUnreachableError) as refused:
        async with connected(settings):
            pass
    told.append(str(refused.value))
    with pytest.raises(BrokerUnreachableError) as refused:
        await open_connection(settings, "test")
    return [*told, str(refused.value)]


@pytest.mark.parametrize(
    ("scheme", "answer", "why"),
    [
        ("amqp", HTTP, "(what answers there is no RabbitMQ). Correct host and port in AMQP_URL."),
        ("amqp", TLS_ALERT, "(TLS is spoken there). Begin AMQP_URL with amqps://."),
        (
            "amqp",
            OTHER_AMQP,
            "(what answers there does not speak AMQP 0-9-1). Correct host and port in AMQP_URL.",
        ),
        ("amqps", OTHER_AMQP, "(what answers there doesn't speak TLS). Start it, or set AMQP_URL to yours."),
    ],
)
async def test_another_server_is_told_from_rabbitmq(scheme: str, answer: bytes, why: str) -> None:
    async with answering(answer) as port:
        for told in await refusals(f"{scheme}://guest:secret@127.0.0.1:{port}/"):
            assert told == f"RabbitMQ at {scheme}://127.0.0.1:{port}/ can't be used {why}"
