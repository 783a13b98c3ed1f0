"""Hostile HTTP suppliers: an answer is bounded in memory and time, and ends in the supplier's name."""

import asyncio
import gzip
import time
import tracemalloc
import zlib
from uuid import uuid4

import pytest

from saga.errors import SupplierRefusedError, SupplierUnavailableError
from saga.suppliers.supplier import SupplierCall
from tests.integration.suppliers.hostile_services import (
    Behaviour,
    Service,
    answer,
    bomb,
    endless,
    head,
    serving,
)

MEGABYTE = 1024 * 1024
TIMEOUT = 1.5
CHUNKED = head("Transfer-Encoding: chunked")
LUMP = b"x" * 65_536
ENDLESS = endless(CHUNKED, b"10000\r\n" + LUMP + b"\r\n")
BOOKED = b'{"reference": "R-1"}'
NO_REFERENCE = "answered 201 without a reference"
TOO_MUCH = f"{NO_REFERENCE} in the first 65536 bytes"
LATE = r"no whole answer within 1\.5 s"
NOT_FOLLOWED = "redirects are not followed"


def call() -> SupplierCall:
    booking = f"booking-{uuid4().hex}"
    return SupplierCall(
        booking=booking, leg="hotel", item="room", idempotency_key=f"{booking}:hotel", attempt=1, attempts=3
    )


async def refusal(service: Service) -> Exception:
    """What the adapter made of it, within the time it has, and with the connection closed."""
    began = time.monotonic()
    async with service.supplier(timeout=TIMEOUT) as supplier:
        with pytest.raises((SupplierUnavailableError, SupplierRefusedError)) as failed:
            async with asyncio.timeout(6 * TIMEOUT):
                await supplier.book(call())
    assert time.monotonic() - began < 6 * TIMEOUT
    await asyncio.wait_for(service.closed.wait(), 20)
    return failed.value


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        pytest.param(ENDLESS, TOO_MUCH, id="a body without end"),
        pytest.param(endless(head("Connection: close"), LUMP), TOO_MUCH, id="a body until it closes"),
        pytest.param(endless(b"HTTP/1.1 201 Created\r\n", b"X-A: b\r\n"), "", id="headers without end"),
        pytest.param(endless(b"", b"x" * 1000), "", id="a status line without end"),
        pytest.param(endless(b"", head(status="100 Continue"), 0.01), LATE, id="go on, go on"),
        pytest.param(endless(CHUNKED, b"1\r\nx\r\n", 0.05), LATE, id="a drip of a body"),
        pytest.param(endless(b"", b"H", 0.05), LATE, id="a drip of a status line"),
        pytest.param(endless(CHUNKED, b"1" * 100), "", id="a chunk size without end"),
        pytest.param(endless(CHUNKED + b"0\r\n", b"X-A: b\r\n"), "", id="trailers without end"),
        pytest.param(bomb(40), TOO_MUCH, id="a packed bomb"),
        pytest.param(bomb(400, layers=2), TOO_MUCH, id="a bomb packed twice"),
        pytest.param(answer(BOOKED, "Content-Encoding: br"), TOO_MUCH, id="packed as nobody asked"),
        pytest.param(answer(BOOKED, "Content-Encoding: gzip"), TOO_MUCH, id="not packed as it says"),
        pytest.param(answer(b"<html>R-1</html>", "Content-Type: text/html"), NO_REFERENCE, id="a page"),
        pytest.param(answer(b"\xff\xfe\x00"), NO_REFERENCE, id="no text"),
        pytest.param(answer(b"[" * 60_000), NO_REFERENCE, id="deep JSON"),
        pytest.param(answer(b"1" * 60_000), NO_REFERENCE, id="a long number"),
        pytest.param(answer({"reference": "R" * MEGABYTE}), TOO_MUCH, id="a reference of a megabyte"),
        pytest.param(answer({"reference": "R" * 201}), NO_REFERENCE, id="a long reference"),
        pytest.param(answer({"reference": None}), NO_REFERENCE, id="null"),
        pytest.param(answer({"reference": 12345}), NO_REFERENCE, id="a number"),
        pytest.param(answer({"reference": ""}), NO_REFERENCE, id="an empty one"),
        pytest.param(answer({"reference": ["R-1"]}), NO_REFERENCE, id="a list"),
        pytest.param(answer(["reference"]), NO_REFERENCE, id="a list of all"),
        pytest.param(answer(b"", status="204 No Content"), "answered 204 without", id="nothing"),
        pytest.param(
            answer(b"", "Location: file:///etc/passwd", status="302 Found"), NOT_FOLLOWED, id="a file"
        ),
        pytest.param(answer(b"", "Location: http://[", status="307 Away"), "", id="a redirect to nowhere"),
        pytest.param(
            endless(head("Location: ftp://a.b", status="301 Gone") + b"x", b"x" * 9_999),
            NOT_FOLLOWED,
            id="ftp",
        ),
        pytest.param(endless(head(status="409 No"), LUMP), "answered 409", id="an endless refusal"),
        pytest.param(endless(head(status="500 Oh"), LUMP), "answered 500", id="an endless error"),
        pytest.param(endless(head("Upgrade: x", status="101 Other"), LUMP), "", id="another protocol"),
    ],
)
async def test_it_ends_in_time_and_within_bounds(behave: Behaviour, said: str) -> None:
    async with serving(behave) as service:
        tracemalloc.start()
        try:
            failed = await refusal(service)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert f"127.0.0.1:{service.port}" in str(failed)
    assert said.replace("\\", "") in str(failed)
    assert service.connections == 1
    assert peak < 4 * MEGABYTE


async def test_a_redirect_to_another_host_reaches_nobody() -> None:
    async with serving(answer({"reference": "R-1"})) as elsewhere:
        away = answer(b"", f"Location: http://127.0.0.1:{elsewhere.port}/bookings", status="308 Moved")
        async with serving(away) as service:
            failed = await refusal(service)
    assert f"a redirect to http://127.0.0.1:{elsewhere.port}/bookings: {NOT_FOLLOWED}" in str(failed)
    assert elsewhere.connections == 0


@pytest.mark.parametrize("encoding", ["identity", "gzip", "deflate"])
async def test_an_answer_may_be_packed(encoding: str) -> None:
    packed = {"identity": BOOKED, "gzip": gzip.compress(BOOKED), "deflate": zlib.compress(BOOKED)}[encoding]
    async with (
        serving(answer(packed, f"Content-Encoding: {encoding}")) as service,
        service.supplier() as supplier,
    ):
        assert await supplier.book(call()) == "R-1"


async def test_the_limit_of_an_answer_is_a_setting() -> None:
    async with serving(answer({"reference": "R-1", "more": "x" * 300})) as service:
        async with service.supplier() as supplier:
            assert await supplier.book(call()) == "R-1"
        async with service.supplier(response_limit=256) as supplier:
            with pytest.raises(SupplierUnavailableError, match="in the first 256 bytes"):
                await supplier.book(call())
