"""What a supplier's HTTP service answered, read up to a limit: it may send without end."""

import json
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx

ACCEPT_ENCODING = "gzip, deflate"
_PACKED = {"gzip", "x-gzip", "deflate"}
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_LONGEST_LOCATION = 200


@dataclass(frozen=True)
class HttpAnswer:
    """What was answered; the body is None if it was too large, or packed in a way that we didn't ask for."""

    host: str
    status: int
    headers: httpx.Headers
    body: bytes | None

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_client_error(self) -> bool:
        """Whether the status is a 4xx."""
        return HTTPStatus.BAD_REQUEST <= self.status < HTTPStatus.INTERNAL_SERVER_ERROR

    def field(self, name: str) -> Any:
        """A field of the body; None if that is no JSON object, or lacks it."""
        try:
            return json.loads(self.body or b"")[name]
        except (ValueError, TypeError, LookupError, RecursionError):
            return None

    def said(self) -> str:
        """The supplier's own words, if it has any; else what it answered."""
        if words := self.field("error"):
            return str(words)
        answered = f"{self.host} answered {self.status}"
        if HTTPStatus.MULTIPLE_CHOICES <= self.status < HTTPStatus.BAD_REQUEST:
            location = self.headers.get("Location", "nowhere")[:_LONGEST_LOCATION]
            return f"{answered}, a redirect to {location}: redirects are not followed"
        return answered

    def retry_after(self, limit: float) -> float | None:
        """Seconds, from either form of `Retry-After` (RFC 9110, 10.2.3); cut to the limit."""
        header = self.headers.get("Retry-After", "")
        if header.isdecimal():
            seconds = float(header)
        else:
            try:
                seconds = (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
            except (ValueError, TypeError, OverflowError):
                return None
        return min(max(seconds, 0.0), limit)


async def read_answer(response: httpx.Response, limit: int) -> HttpAnswer:
    """Read a streamed response; at most `limit` bytes of its body, which is no body if there are more."""
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > limit:
            break
    host = response.request.url.netloc.decode()
    unpacked = _unpack(bytes(body), response.headers, limit) if len(body) <= limit else None
    return HttpAnswer(host, response.status_code, response.headers, unpacked)


def _unpack(body: bytes, headers: httpx.Headers, limit: int) -> bytes | None:
    """The body as it was before it was packed, if that was once at most, and is within the limit."""
    packed = headers.get("Content-Encoding", "identity").strip().lower()
    if packed in {"", "identity"}:
        return body
    if packed not in _PACKED:
        return None
    for format_ in (_GZIP_OR_ZLIB, -zlib.MAX_WBITS):  # "deflate" comes with and without the frame of zlib
        try:
            unpacked = zlib.decompressobj(format_).decompress(body, limit + 1)
        except zlib.error:
            continue
        return unpacked if len(unpacked) <= limit else None
    return None
