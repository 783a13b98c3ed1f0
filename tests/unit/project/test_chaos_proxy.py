"""The proxy of the chaos runs: what passes is named, and can be held, cut, stalled, lost, late and slow."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from hpack import Encoder
from hyperframe.frame import HeadersFrame
from pamqp import commands, frame

from tests.chaos.proxy.protocols import Amqp, Conversation, Grpc, Http, Passing, Way
from tests.chaos.proxy.tcp_proxy import Proxy


def call(path: str) -> bytes:
    headers = HeadersFrame(1, Encoder().encode([(":method", "POST"), (":path", path)]))
    headers.flags.add("END_HEADERS")
    return headers.serialize()


PUBLISH = frame.marshal(commands.Basic.Publish(exchange="", routing_key="booking.results"), 1)
ACK = frame.marshal(commands.Basic.Ack(1), 1)
SAID: dict[type[Conversation], tuple[bytes, list[Passing]]] = {
    Amqp: (
        b"AMQP\x00\x00\x09\x01" + PUBLISH + ACK,
        [Passing(Way.REQUEST, "Basic.Publish", "booking.results"), Passing(Way.REQUEST, "Basic.Ack")],
    ),
    Grpc: (
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + call("/temporal.api.workflowservice.v1.WorkflowService/Start"),
        [Passing(Way.REQUEST, "Start")],
    ),
}


@pytest.mark.parametrize("step", [1, 5, 10_000])
@pytest.mark.parametrize("protocol", SAID)
def test_frames_are_named_and_whole_however_they_come(protocol: type[Conversation], step: int) -> None:
    said, expected = SAID[protocol]
    conversation = protocol()
    pieces = [
        piece
        for start in range(0, len(said), step)
        for piece in conversation.pieces(Way.REQUEST, said[start : start + step])
    ]

    assert b"".join(data for data, _ in pieces) == said
    assert [passing for _, passing in pieces if passing] == expected


def test_an_http_answer_is_named_by_its_call() -> None:
    conversation = Http()
    named = [
        *conversation.pieces(Way.REQUEST, b"DELETE /car/bookings/1 HTTP/1.1\r\nHost: here\r\n\r\n"),
        *conversation.pieces(Way.ANSWER, b"HTTP/1.1 204 No Content\r\n\r\n"),
    ]

    assert [passing for _, passing in named] == [
        Passing(way, "DELETE", "/car/bookings/1") for way in (Way.REQUEST, Way.ANSWER)
    ]


@asynccontextmanager
async def an_echo() -> AsyncIterator[tuple[Proxy, asyncio.StreamReader, asyncio.StreamWriter]]:
    """A client of a server that says every frame back, with the proxy between them."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readexactly(8)
            while data := await reader.read(100):
                writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1")
    async with server, Proxy(server.sockets[0].getsockname()[1], Amqp) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        yield proxy, reader, writer
        writer.close()


async def nothing_comes(reading: asyncio.Task[bytes]) -> bool:
    done, _ = await asyncio.wait([reading], timeout=0.2)
    return not done


async def said_back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Return when a first word has gone through the proxy and back."""
    writer.write(SAID[Amqp][0])
    await reader.readexactly(len(PUBLISH + ACK))


async def test_what_is_trapped_is_held_until_it_is_let_pass() -> None:
    async with an_echo() as (proxy, reader, writer):
        trap = proxy.trap("Basic.Publish", ".results")
        writer.write(SAID[Amqp][0])
        await trap.sprung()
        reading = asyncio.create_task(reader.readexactly(len(PUBLISH)))

        assert await nothing_comes(reading)
        trap.let_pass()
        assert await reading == PUBLISH


async def test_what_is_cut_never_arrives_and_breaks_the_connection() -> None:
    async with an_echo() as (proxy, reader, writer):
        trap = proxy.trap("Basic.Publish")
        writer.write(SAID[Amqp][0])
        await trap.sprung()
        trap.cut()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)


@pytest.mark.parametrize("way", Way)
async def test_what_is_forgotten_never_arrives_and_nobody_is_told(way: Way) -> None:
    async with an_echo() as (proxy, reader, writer):
        writer.write(SAID[Amqp][0])
        await reader.readexactly(len(SAID[Amqp][0]) - 8)
        proxy.forget(way)
        writer.write(PUBLISH)
        assert await nothing_comes(asyncio.create_task(reader.read(1)))

        another_reader, another = await asyncio.open_connection("127.0.0.1", proxy.port)
        another.write(SAID[Amqp][0])
        assert await another_reader.readexactly(len(PUBLISH)) == PUBLISH
        another.close()


async def test_a_stalled_link_delivers_when_it_flows_again() -> None:
    async with an_echo() as (proxy, reader, writer):
        proxy.stall()
        writer.write(SAID[Amqp][0])
        reading = asyncio.create_task(reader.readexactly(len(PUBLISH)))

        assert await nothing_comes(reading)
        proxy.flow()
        assert await reading == PUBLISH


async def test_a_forgotten_connection_says_nothing_more_in_that_direction_and_new_ones_work() -> None:
    async with an_echo() as (proxy, reader, writer):
        await said_back(reader, writer)
        proxy.forget(Way.ANSWER)
        writer.write(PUBLISH)
        reading = asyncio.create_task(reader.read(1))
        assert await nothing_comes(reading)

        other_reader, other_writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        await said_back(other_reader, other_writer)
        assert not reading.done()
        reading.cancel()
        other_writer.close()


async def test_what_is_forgotten_both_ways_is_not_even_closed() -> None:
    async with an_echo() as (proxy, reader, writer):
        await said_back(reader, writer)
        proxy.forget(*Way)
        writer.write_eof()
        reading = asyncio.create_task(reader.read(1))

        assert await nothing_comes(reading)
        reading.cancel()


async def test_a_far_server_answers_late_and_in_order() -> None:
    async with an_echo() as (proxy, reader, writer):
        await said_back(reader, writer)
        proxy.link.delay = 0.3
        writer.write(PUBLISH)
        reading = asyncio.create_task(reader.readexactly(len(PUBLISH)))
        assert await nothing_comes(reading)
        proxy.link.delay = 0.0
        writer.write(ACK)

        assert await asyncio.wait_for(reading, 10) == PUBLISH
        assert await asyncio.wait_for(reader.readexactly(len(ACK)), 10) == ACK


async def test_a_narrow_link_takes_as_long_as_its_bytes() -> None:
    async with an_echo() as (proxy, reader, writer):
        proxy.link.rate = 1.0
        writer.write(SAID[Amqp][0])
        reading = asyncio.create_task(reader.readexactly(len(PUBLISH)))

        assert await nothing_comes(reading)
        reading.cancel()
