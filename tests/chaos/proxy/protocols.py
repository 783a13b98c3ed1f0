"""What passes through the proxy, cut into frames and calls: AMQP, gRPC, HTTP/1.1, or just bytes."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hpack import Decoder
from hyperframe.frame import Frame, HeadersFrame
from pamqp import frame as amqp


class Way(StrEnum):
    """In which direction something passes."""

    REQUEST = "request"
    """From the client, which connected, to the server."""
    ANSWER = "answer"


@dataclass(frozen=True)
class Passing:
    """A frame or call on its way: an AMQP method, the name of a gRPC call, or an HTTP method.

    `about` is the routing key of an AMQP publish, delivery or return, or the path of an HTTP call.
    """

    way: Way
    name: str
    about: str = ""


Piece = tuple[bytes, Passing | None]


class Conversation(ABC):
    """One connection's bytes in both directions, cut into pieces; a named one begins with what it names."""

    @abstractmethod
    def pieces(self, way: Way, data: bytes) -> Iterator[Piece]:
        """What `data`, together with what came before it, makes whole."""


class Bytes(Conversation):
    """Knows nothing of what passes."""

    def pieces(self, way: Way, data: bytes) -> Iterator[Piece]:  # noqa: ARG002 -- the same both ways
        """The data as it came."""
        yield data, None


class Framed(Conversation):
    """A protocol of frames; the client may say something fixed before its first one."""

    preface: int
    header: int

    def __init__(self) -> None:
        self._left = {Way.REQUEST: b"", Way.ANSWER: b""}
        self._greeted = False

    @abstractmethod
    def size(self, header: bytes) -> int:
        """The size of the frame that begins with this header, which counts in."""

    @abstractmethod
    def named(self, way: Way, frame: bytes) -> Passing | None:
        """What this frame is, if it has a name."""

    def pieces(self, way: Way, data: bytes) -> Iterator[Piece]:
        """Whole frames only; the rest waits for more."""
        data = self._left[way] + data
        if way is Way.REQUEST and not self._greeted and len(data) >= self.preface:
            self._greeted = True
            yield data[: self.preface], None
            data = data[self.preface :]
        while len(data) >= self.header and len(data) >= (size := self.size(data[: self.header])):
            yield data[:size], self.named(way, data[:size])
            data = data[size:]
        self._left[way] = data


class Amqp(Framed):
    """AMQP 0-9-1: the methods by their names, such as `Basic.Publish`."""

    preface, header = len(b"AMQP\x00\x00\x09\x01"), 7

    def size(self, header: bytes) -> int:
        """Header, payload and the byte that ends the frame."""
        return self.header + int.from_bytes(header[3:7]) + 1

    def named(self, way: Way, frame: bytes) -> Passing | None:
        """The method, if the frame is one."""
        if frame[0] != 1:
            return None
        _, _, method = amqp.unmarshal(frame)
        return Passing(way, str(method.name), getattr(method, "routing_key", ""))


class Grpc(Framed):
    """gRPC: the calls by their methods' names, such as `StartWorkflowExecution`, and the same for answers."""

    preface, header = len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 9

    def __init__(self) -> None:
        super().__init__()
        self._decoders = {way: Decoder() for way in Way}
        self._calls: dict[int, str] = {}

    def size(self, header: bytes) -> int:
        """Header and payload."""
        return self.header + Frame.parse_frame_header(memoryview(header))[1]

    def named(self, way: Way, frame: bytes) -> Passing | None:
        """The call that a frame of headers opens or begins to answer."""
        headers, _ = Frame.parse_frame_header(memoryview(frame[: self.header]))
        if not isinstance(headers, HeadersFrame):
            return None
        headers.parse_body(memoryview(frame[self.header :]))
        said = {str(name): str(value) for name, value in self._decoders[way].decode(headers.data)}
        if way is Way.REQUEST:
            self._calls[headers.stream_id] = said.get(":path", "").rpartition("/")[2]
            return Passing(way, self._calls[headers.stream_id])
        return Passing(way, self._calls.pop(headers.stream_id, "trailers"))


class Http(Conversation):
    """HTTP/1.1 with one call at a time on a connection: the calls by method and path, and their answers."""

    _CALL = re.compile(rb"([A-Z]+) (\S+) HTTP/1\.1\r\n")

    def __init__(self) -> None:
        self._call = ("", "")

    def pieces(self, way: Way, data: bytes) -> Iterator[Piece]:
        """The data as it came, named if a call or its answer begins with it."""
        if way is Way.REQUEST and (call := self._CALL.match(data)):
            self._call = (call[1].decode(), call[2].decode())
            yield data, Passing(way, *self._call)
        elif way is Way.ANSWER and data.startswith(b"HTTP/1.1 "):
            yield data, Passing(way, *self._call)
        else:
            yield data, None
