"""The whole way: message in, result out, in the shapes that ship."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from types import MappingProxyType

from benchmarks.processes import Role, service
from benchmarks.ways.names import broker_settings, own_names
from benchmarks.ways.way import TRIP, Way
from publisher import BookingRequest, Client
from voyage import devstack

WORKER = (["-m", "saga"], "Worker ready")
CONSUMER = (["-m", "consumer"], "Consumer ready")
BOTH = (["-m", "consumer", "--with-worker"], "Consumer ready")
GLUE = (["-m", "benchmarks.glue"], "Glue ready")
GLUE_WITH_WORKER = (["-m", "benchmarks.glue", "--with-worker"], "Glue ready")


@asynccontextmanager
async def by_message(servers: devstack.Servers) -> AsyncIterator[Way]:
    """Consumer and worker as they ship."""
    async with by_several(servers, "message", 1) as way:
        yield way


@asynccontextmanager
async def by_several(
    servers: devstack.Servers, name: str, count: int, variables: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[Way]:
    """So many consumers and as many workers, with these variables in their environment."""
    async with own_names(servers) as names, AsyncExitStack() as stack:
        environment = {**names, **variables}
        workers = [await stack.enter_async_context(running(WORKER, environment)) for _ in range(count)]
        consumers = [await stack.enter_async_context(running(CONSUMER, environment)) for _ in range(count)]
        roles = {"worker": Role.together(workers), "consumer": Role.together(consumers)}
        yield await stack.enter_async_context(booking(name, environment, roles))


def by_message_to_one_process(servers: devstack.Servers) -> AbstractAsyncContextManager[Way]:
    """Consumer and worker in one process."""
    return _by_one(servers, "one", BOTH)


@asynccontextmanager
async def by_glue(servers: devstack.Servers) -> AsyncIterator[Way]:
    """The least that a consumer can be, and the worker as it ships."""
    async with (
        own_names(servers) as environment,
        running(WORKER, environment) as worker,
        running(GLUE, environment) as glue,
        booking("glue", environment, {"worker": worker, "consumer": glue}) as way,
    ):
        yield way


def by_glue_in_one_process(servers: devstack.Servers) -> AbstractAsyncContextManager[Way]:
    """The least that a consumer can be, with the worker in it."""
    return _by_one(servers, "glue-one", GLUE_WITH_WORKER)


@asynccontextmanager
async def _by_one(servers: devstack.Servers, name: str, process: tuple[list[str], str]) -> AsyncIterator[Way]:
    async with (
        own_names(servers) as environment,
        running(process, environment) as both,
        booking(name, environment, {"worker": both}) as way,
    ):
        yield way


@asynccontextmanager
async def booking(name: str, environment: Mapping[str, str], roles: Mapping[str, Role]) -> AsyncIterator[Way]:
    """Book with the light client, in the queues that the environment names."""
    async with await Client.connect(settings=broker_settings(environment)) as client:

        async def book() -> str:
            return (await client.book(BookingRequest.model_validate(TRIP), timeout=300)).status.value

        yield Way(name, book, roles)


def running(what: tuple[list[str], str], environment: Mapping[str, str]) -> AbstractAsyncContextManager[Role]:
    """A process of ours, from when it is ready."""
    command, ready = what
    return service(command, environment, ready)
