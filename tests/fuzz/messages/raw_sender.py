"""A client that writes whatever it is given, and says whether RabbitMQ took it."""

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlparse

from pamqp import commands, exceptions
from pamqp import frame as pamqp
from pamqp.header import ProtocolHeader

from publisher.broker_url import read
from tests.fuzz.messages.frames import FRAME_ENDS, FRAME_MAX, frame

HEADER, BODY = 2, 3
CHANNEL = 1
WITHIN = 30.0  # seconds in which RabbitMQ confirms or refuses


class RawSender:
    """Publishes one message at a time; a connection that RabbitMQ closes is opened again."""

    def __init__(self, url: str) -> None:
        self._url = urlparse(str(read(url)[0]))
        self._socket: socket.socket | None = None
        self._received = b""

    def send(self, queue: str, header: bytes, body: bytes) -> str | None:
        """None if RabbitMQ confirmed it, else how it refused it."""
        try:
            self._socket = self._socket or self._open()
            room = FRAME_MAX - FRAME_ENDS
            parts = [body[at : at + room] for at in range(0, len(body), room)]
            publish = pamqp.marshal(commands.Basic.Publish(exchange="", routing_key=queue), CHANNEL)
            frames = [frame(HEADER, CHANNEL, header), *(frame(BODY, CHANNEL, part) for part in parts)]
            self._socket.sendall(publish + b"".join(frames))
            answer = next(self._frames())
        except ConnectionError as lost:
            answer = lost
        if isinstance(answer, commands.Basic.Ack):
            return None
        self.close()
        text = getattr(answer, "reply_text", None)
        return f"{getattr(answer, 'reply_code', '')} {text}" if text else repr(answer)

    def close(self) -> None:
        """Leave; the next message connects anew."""
        if self._socket:
            self._socket.close()
        self._socket, self._received = None, b""

    def _open(self) -> socket.socket:
        url = self._url
        opened = socket.create_connection((url.hostname, url.port or 5672), timeout=WITHIN)
        self._socket = opened
        opened.sendall(ProtocolHeader().marshal())
        login = f"\0{unquote(url.username or 'guest')}\0{unquote(url.password or 'guest')}"
        self._ask(None, commands.Connection.Start)
        self._ask(
            commands.Connection.StartOk(client_properties={}, mechanism="PLAIN", response=login),
            commands.Connection.Tune,
        )
        tune = commands.Connection.TuneOk(channel_max=CHANNEL, frame_max=FRAME_MAX, heartbeat=0)
        opened.sendall(pamqp.marshal(tune, 0))
        virtual_host = unquote(url.path[1:]) or "/"
        self._ask(commands.Connection.Open(virtual_host=virtual_host), commands.Connection.OpenOk)
        self._ask(commands.Channel.Open(), commands.Channel.OpenOk, CHANNEL)
        self._ask(commands.Confirm.Select(), commands.Confirm.SelectOk, CHANNEL)
        return opened

    def _ask(self, method: Any, answer: type, channel: int = 0) -> None:
        assert self._socket
        if method is not None:
            self._socket.sendall(pamqp.marshal(method, channel))
        got = next(self._frames())
        if not isinstance(got, answer):
            raise ConnectionError(f"{got!r} instead of {answer}")

    def _frames(self) -> Iterator[Any]:
        assert self._socket
        while True:
            while len(self._received) < 7 or len(self._received) < 8 + int.from_bytes(
                self._received[3:7], "big"
            ):
                more = self._socket.recv(65_536)
                if not more:
                    raise ConnectionResetError("RabbitMQ closed the connection")
                self._received += more
            whole = 8 + int.from_bytes(self._received[3:7], "big")
            one, self._received = self._received[:whole], self._received[whole:]
            try:
                yield pamqp.unmarshal(one)[2]
            except exceptions.UnmarshalingException as unreadable:  # what was refused may be in its text
                raise ConnectionResetError(f"refused with {one!r}") from unreadable
