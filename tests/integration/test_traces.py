"""One trace, whole: from the client's `traceparent` to the headers of the result, in one process."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import pytest
from aio_pika import connect
from aiohttp import web
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from consumer import service
from consumer.settings import ConsumerSettings
from publisher import BookingRequest, Client
from publisher.amqp.topology import queues
from saga import worker
from saga.settings import WorkerSettings
from tests.poll import eventually

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
OTHER_TRACE_ID = "1af7651916cd43dd8448eb211c80319d"


def traceparent(trace_id: str) -> str:
    return f"00-{trace_id}-b7ad6b7169203331-01"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Whatever this process collects; ended when the test is."""
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")  # asked for; where to is the next line's business
    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    yield exporter
    provider.shutdown()


@pytest.fixture
async def supplier_calls(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """The `traceparent` of each call that a supplier of cars gets."""
    calls: list[str] = []

    async def book(request: web.Request) -> web.Response:
        calls.append(request.headers["traceparent"])
        return web.json_response({"reference": "car-1"})

    application = web.Application()
    application.router.add_post("/bookings", book)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setenv("VOYAGE_CAR_SUPPLIER_URL", f"http://127.0.0.1:{runner.addresses[0][1]}")
    yield calls
    await runner.cleanup()


@pytest.fixture
async def voyage(
    settings: ConsumerSettings, spans: InMemorySpanExporter, supplier_calls: list[str]
) -> AsyncIterator[Client]:
    """A client; consumer and worker run in this very process."""
    assert not spans.get_finished_spans()
    assert not supplier_calls
    processes = [
        asyncio.create_task(service.run(settings)),
        asyncio.create_task(worker.run(WorkerSettings(task_queue=settings.task_queue))),
    ]
    async with await Client.connect(settings=settings) as client:
        yield client
    for process in processes:
        process.cancel()
        with suppress(asyncio.CancelledError):
            await process
    async with await connect(settings.amqp_url.get_secret_value()) as connection:
        for queue in queues(settings):
            await (await connection.channel()).queue_delete(queue.name)


async def result_headers(settings: ConsumerSettings, count: int) -> dict[str, Any]:
    """The `traceparent` of each of so many results, by its correlation id."""
    async with await connect(settings.amqp_url.get_secret_value()) as connection:
        queue = await (await connection.channel()).get_queue(settings.results_queue)
        found: dict[str, Any] = {}

        async def take() -> bool:
            message = await queue.get(fail=False, no_ack=True)
            if message:
                found[str(message.correlation_id)] = message.headers["traceparent"]
            return len(found) == count

        await eventually(f"{count} results", take)
        return found


def line_of(spans: tuple[ReadableSpan, ...], last: ReadableSpan) -> list[str]:
    """The names from the first span of ours down to this one."""
    by_id = {span.context.span_id: span for span in spans if span.context}
    names = []
    span: ReadableSpan | None = last
    while span:
        names.append(span.name)
        span = by_id.get(span.parent.span_id) if span.parent else None
    return names[::-1]


async def test_one_trace_from_the_clients_traceparent_to_the_headers_of_the_result(
    settings: ConsumerSettings, voyage: Client, spans: InMemorySpanExporter, supplier_calls: list[str]
) -> None:
    trip = BookingRequest(name="Jane Smith", car="c", hotel="h", flight="f")
    await voyage.publish(trip, correlation_id="mine", headers={"traceparent": traceparent(TRACE_ID)})
    headers = await result_headers(settings, 1)
    ours = tuple(
        span
        for span in spans.get_finished_spans()
        if span.context and span.context.trace_id == int(TRACE_ID, 16)
    )
    named = {span.name: span for span in ours}
    taken = [f"process {settings.requests_queue}", "StartWorkflow:BookingWorkflow"]

    assert line_of(ours, named["RunWorkflow:BookingWorkflow"]) == [*taken, "RunWorkflow:BookingWorkflow"]
    for activity in ("book_car", "book_hotel", "book_flight", "publish_result"):
        assert line_of(ours, named[f"RunActivity:{activity}"])[:2] == taken
    assert line_of(ours, named["POST"])[-2:] == ["RunActivity:book_car", "POST"]
    assert line_of(ours, named["send result"])[-2:] == ["RunActivity:publish_result", "send result"]
    first_parent = named[taken[0]].parent
    assert first_parent
    assert (first_parent.is_remote, first_parent.span_id) == (True, 0xB7AD6B7169203331)
    assert [call.split("-")[1] for call in supplier_calls] == [TRACE_ID]
    assert headers["mine"].split("-")[1] == TRACE_ID
    assert not [span for span in ours if "Jane" in span.to_json()]


async def test_who_joins_gets_the_result_under_a_trace_id_of_its_own(
    settings: ConsumerSettings, voyage: Client
) -> None:
    trip = BookingRequest(name="Jane Smith", car="c", hotel="slow-hotel", flight="f")
    trip = trip.model_copy(update={"booking_id": settings.task_queue})
    for correlation_id, trace_id in (("first", TRACE_ID), ("joins", OTHER_TRACE_ID)):
        headers = {"traceparent": traceparent(trace_id)}
        await voyage.publish(trip, correlation_id=correlation_id, headers=headers)
    found = await result_headers(settings, 2)

    ids = {correlation_id: header.split("-")[1] for correlation_id, header in found.items()}
    assert ids == {"first": TRACE_ID, "joins": OTHER_TRACE_ID}
