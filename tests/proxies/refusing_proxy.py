"""A listener in front of a real Temporal that fails some calls, as an authorizer or a broken node may."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, RequestReceived, ResponseReceived, StreamReset, TrailersReceived

from tests.proxies.listening import listening
from voyage.devstack.ports import HOST

CHUNK = 65536
PERMISSION_DENIED = 7
Verdict = Callable[[bytes], int | None]
"""By the bytes of a call, the gRPC status with which it fails; None: it passes."""


def _failed(status: int) -> list[tuple[bytes, bytes]]:
    return [
        (b":status", b"200"),
        (b"content-type", b"application/grpc"),
        (b"grpc-status", str(status).encode()),
        (b"grpc-message", b"Request unauthorized."),
    ]


@asynccontextmanager
async def refusing_door(
    address: str, *refused: str, verdict: Verdict = lambda _: PERMISSION_DENIED
) -> AsyncIterator[str]:
    """The address of a door to a Temporal at which the `refused` calls fail as the verdict says."""

    async def receive(reader: StreamReader, writer: StreamWriter) -> None:
        host, _, port = address.rpartition(":")
        behind = await asyncio.open_connection(host, int(port))
        try:
            visit = _Visit((reader, writer), behind, {name.encode() for name in refused}, verdict)
            await visit.until_either_leaves()
        finally:
            behind[1].close()

    async with listening(receive) as port:
        yield f"{HOST}:{port}"


class _Visit:
    """One connection of a client, and ours to the server for it; streams have the same number on both."""

    def __init__(
        self,
        client: tuple[StreamReader, StreamWriter],
        server: tuple[StreamReader, StreamWriter],
        refused: set[bytes],
        verdict: Verdict,
    ) -> None:
        self._client, self._server, self._refused, self._verdict = client, server, refused, verdict
        self._ours = H2Connection(H2Configuration(client_side=False, header_encoding=None))
        self._theirs = H2Connection(H2Configuration(client_side=True, header_encoding=None))
        self._waiting: dict[int, RequestReceived] = {}
        self._sent_away: set[int] = set()

    async def until_either_leaves(self) -> None:
        self._ours.initiate_connection()
        self._theirs.initiate_connection()
        with suppress(ExceptionGroup, ConnectionError):
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(self._client[0], self._ours))
                both.create_task(self._carry(self._server[0], self._theirs))

    async def _carry(self, source: StreamReader, heard_by: H2Connection) -> None:
        await self._flush()
        while data := await source.read(CHUNK):
            for event in heard_by.receive_data(data):
                self._pass_on(event, heard_by)
            await self._flush()
        raise ConnectionResetError

    def _pass_on(self, event: Event, heard_by: H2Connection) -> None:
        said_by = self._theirs if heard_by is self._ours else self._ours
        stream = getattr(event, "stream_id", None) or 0
        if isinstance(event, DataReceived):
            heard_by.acknowledge_received_data(event.flow_controlled_length, stream)
        if isinstance(event, RequestReceived) and self._is_refused(event):
            self._waiting[stream] = event
            return
        if isinstance(event, DataReceived) and stream in self._waiting:
            request, status = self._waiting.pop(stream), self._verdict(event.data)
            if status is None:
                said_by.send_headers(stream, request.headers)
            else:
                self._sent_away.add(stream)
                self._ours.send_headers(stream, _failed(status), end_stream=True)
        if stream in self._sent_away:
            return
        if isinstance(event, RequestReceived | ResponseReceived | TrailersReceived):
            said_by.send_headers(stream, event.headers, end_stream=event.stream_ended is not None)
        elif isinstance(event, DataReceived):
            said_by.send_data(stream, event.data, end_stream=event.stream_ended is not None)
        elif isinstance(event, StreamReset):
            said_by.reset_stream(stream, event.error_code)

    def _is_refused(self, request: RequestReceived) -> bool:
        path = dict(request.headers or [])[b":path"]
        return bytes(path).rpartition(b"/")[2] in self._refused

    async def _flush(self) -> None:
        for connection, (_, writer) in ((self._ours, self._client), (self._theirs, self._server)):
            writer.write(connection.data_to_send())
            await writer.drain()
