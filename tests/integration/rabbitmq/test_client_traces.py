"""The trace that is current in somebody's application goes out with each message, and comes back."""

import asyncio
import pickle
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from opentelemetry import context, propagate, trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from consumer.settings import ConsumerSettings
from publisher import BlockingClient, BookingRequest, BookingResult, Client, ResultTimeoutError, Status
from publisher.amqp.message import new_message
from publisher.contract.result import RESULT_TYPE
from publisher.trace_context import current_trace, trace_continued
from tests.rabbitmq import connect

TRIP = BookingRequest(name="Jane", car="c", hotel="h", flight="f")
ENDED = BookingResult(cancelled=True, result="r", user_id=None, booking_id="b", status=Status.CANCELLED)
TRACE, SPAN = 0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331
CURRENT = f"00-{TRACE:032x}-{SPAN:016x}-01"
OTHER = "00-1af7651916cd43dd8448eb211c80319d-b7ad6b7169203331-01"


async def book(client: Client, **how: Any) -> None:
    await client.book(TRIP, timeout=0.3, **how)


async def booking(client: Client, **how: Any) -> None:
    async with client.booking(TRIP, **how):
        pass


CALLS: dict[str, Callable[[Client], Awaitable[Any]]] = {
    "book": book,
    "booking": booking,
    "publish": lambda client: client.publish(TRIP),
    "cancel": lambda client: client.cancel("b"),
    "status": lambda client: client.status("b", timeout=0.3),
}


@pytest.fixture
def current() -> Iterator[None]:
    """A span of the application's is current."""
    span = NonRecordingSpan(
        SpanContext(TRACE, SPAN, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    )
    token = context.attach(trace.set_span_in_context(span))
    yield
    context.detach(token)


@pytest.fixture
async def client(settings: ConsumerSettings) -> AsyncIterator[Client]:
    async with Client.connect(settings=settings) as client:
        yield client


async def sent(settings: ConsumerSettings, call: str) -> dict[str, Any]:
    """The headers of the one message that was sent."""
    queue = settings.control_queue if call in {"cancel", "status"} else settings.requests_queue
    async with await connect(settings.amqp_url.get_secret_value()) as connection:
        message = await (await (await connection.channel()).get_queue(queue)).get(no_ack=True)
        assert message
        return {name: text for name, text in message.headers.items() if name != "x-delivery-count"}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.usefixtures("current")
async def test_the_current_trace_goes_out(settings: ConsumerSettings, client: Client, call: str) -> None:
    with suppress(ResultTimeoutError):  # nobody answers here
        await CALLS[call](client)
    assert (await sent(settings, call))["traceparent"] == CURRENT


@pytest.mark.usefixtures("current")
async def test_a_trace_that_is_named_wins(settings: ConsumerSettings, client: Client) -> None:
    await client.publish(TRIP, headers={"traceparent": OTHER})
    assert (await sent(settings, "publish")) == {"traceparent": OTHER}


async def test_without_a_trace_there_is_no_header(settings: ConsumerSettings, client: Client) -> None:
    await client.publish(TRIP)
    assert await sent(settings, "publish") == {}


async def test_a_result_brings_its_trace_back(settings: ConsumerSettings, client: Client) -> None:
    headers = {"traceparent": CURRENT, "tracestate": "mine=1", "x-other": "no"}
    message = new_message(ENDED.to_body(), RESULT_TYPE, headers=headers)
    await client._publisher.publish(message, settings.results_queue)  # noqa: SLF001 -- as the service does
    result = await anext(client.results())

    assert result == ENDED
    assert b"trace" not in result.to_body()
    for copy in (result, pickle.loads(pickle.dumps(result)), result.model_copy()):  # noqa: S301 -- our own
        assert copy.trace_headers == {"traceparent": CURRENT, "tracestate": "mine=1"}
    theirs = trace.get_current_span(propagate.extract(result.trace_headers)).get_span_context()
    assert (theirs.trace_id, theirs.is_remote) == (TRACE, True)
    with trace_continued(result.trace_headers):
        assert current_trace()["traceparent"] == CURRENT
    assert current_trace() == {}


async def test_a_handler_works_within_the_trace_of_its_result(
    settings: ConsumerSettings, client: Client
) -> None:
    message = new_message(ENDED.to_body(), RESULT_TYPE, headers={"traceparent": CURRENT})
    await client._publisher.publish(message, settings.results_queue)  # noqa: SLF001 -- as the service does
    seen: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

    async def handle(_: BookingResult) -> None:
        seen.set_result(current_trace())

    handling = asyncio.create_task(client.handle(handle))
    async with asyncio.timeout(20):
        assert (await seen)["traceparent"] == CURRENT
    handling.cancel()
    with suppress(asyncio.CancelledError):
        await handling


@pytest.mark.usefixtures("current")
async def test_the_blocking_client_carries_it_too(settings: ConsumerSettings) -> None:
    here = context.get_current()

    def publish() -> None:
        token = context.attach(here)
        with BlockingClient.connect(settings=settings) as client:
            client.publish(TRIP)
        context.detach(token)

    await asyncio.to_thread(publish)
    assert (await sent(settings, "publish"))["traceparent"] == CURRENT


def test_without_opentelemetry_nothing_is_needed_nor_imported() -> None:
    code = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "from publisher import Client\n"
        "from publisher.trace_context import current_trace, trace_continued\n"
        "with trace_continued({'traceparent': 'x'}): assert current_trace() == {}\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry.')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 -- our own
