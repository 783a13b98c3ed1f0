"""Book by message: a request goes to RabbitMQ, and the result comes back in a reply queue."""

import tomllib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from benchmarks.measurement.processes import ProcessGroup, service
from benchmarks.scenarios.queues import broker_settings, own_queues
from benchmarks.scenarios.scenario import TRIP, Scenario
from publisher import BookingRequest, Client
from voyage import Trip, devstack

ROOT = Path(__file__).parents[2]
SIMULATED = MappingProxyType({"VOYAGE_SUPPLIERS": "simulated"})
"""The suppliers of each leg that has none of its own."""
TUTORIALS = BookingRequest.model_validate(TRIP)


class Program(NamedTuple):
    """The arguments of Python that run it, and the text in its log when it is ready."""

    command: Sequence[str]
    ready: str


Programs = Mapping[str, Program]
"""Programs by their role."""


def script(name: str, *options: str, code: Path = ROOT) -> list[str]:
    """The arguments of Python that run a script of the pyproject.toml in the folder `code`."""
    scripts = tomllib.loads((code / "pyproject.toml").read_text())["project"]["scripts"]
    module, function = scripts[name].split(":")
    return ["-c", f"from {module} import {function}; {function}()", *options]


def two_services(code: Path = ROOT) -> Programs:
    """The worker and the consumer of the repository in the folder `code`."""
    return {
        "worker": Program(script("voyage-worker", code=code), "Worker ready"),
        "consumer": Program(script("voyage-consumer", code=code), "Consumer ready"),
    }


def one_process(code: Path = ROOT) -> Programs:
    """Both in one process, of the repository in the folder `code`."""
    return {"worker": Program(script("voyage-consumer", "--with-worker", code=code), "Consumer ready")}


TWO_SERVICES, ONE_PROCESS = two_services(), one_process()
_GLUE = ["-m", "benchmarks.scenarios.glue"]
GLUE = {"worker": TWO_SERVICES["worker"], "consumer": Program(_GLUE, "Glue ready")}
GLUE_ONE_PROCESS = {"worker": Program([*_GLUE, "--with-worker"], "Glue ready")}


@asynccontextmanager
async def by_message(
    servers: devstack.Servers,
    name: str,
    programs: Programs = TWO_SERVICES,
    count: int = 1,
    variables: Mapping[str, str] = SIMULATED,
    request: Trip = TUTORIALS,
) -> AsyncIterator[Scenario]:
    """Run each program `count` times, with these variables, and book this trip with the Python client."""
    async with own_queues(servers) as queues, AsyncExitStack() as stack:
        environment = {**queues, **variables}
        roles = {}
        for role, program in programs.items():
            services = [service(program.command, environment, program.ready) for _ in range(count)]
            started = [await stack.enter_async_context(one) for one in services]
            roles[role] = ProcessGroup(*(process for one in started for process in one.processes))
        client = await stack.enter_async_context(await Client.connect(settings=broker_settings(queues)))

        async def book() -> str:
            another = request.model_copy()  # the same object would be the same booking
            result = await client.book(another, timeout=300)
            return "booked before" if result.duplicate else result.status.value

        yield Scenario(name, book, roles, environment, environment["VOYAGE_TASK_QUEUE"])
