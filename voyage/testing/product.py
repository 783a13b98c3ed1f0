"""A running Voyage for one trip: consumer, worker and suppliers, under names that nobody else uses."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import Any
from uuid import uuid4

from pydantic import SecretStr

from publisher import BrokerSettings, Client
from voyage import devstack
from voyage.dev.process import PROGRAMS
from voyage.testing.background import Background
from voyage.testing.errors import HarnessError
from voyage.testing.ledger import Call
from voyage.testing.running import Voyage
from voyage.testing.script import Answer
from voyage.testing.service import Service
from voyage.testing.supplier_service import SupplierService
from voyage.testing.tidying import tidy
from voyage.trips import Trip
from voyage.trips.loading import load_trip, name_of

IMPATIENT = {
    "VOYAGE_RETRY_INTERVAL": "0.05",
    "VOYAGE_RETRY_INTERVAL_LIMIT": "0.5",
    "VOYAGE_DRAIN_TIMEOUT": "1",
    "VOYAGE_SHUTDOWN_GRACE": "1",
}
_KEPT = "VOYAGE_AMQP_"  # how RabbitMQ is reached; all else of the shell's is not the tests'
_CLIENT_WITHIN = 30.0


class Product:
    """Open it before its first test and close it after the last; each test has a `Voyage` of its own."""

    def __init__(self, trip: type[Trip], settings: Mapping[str, str]) -> None:
        _check(trip)
        self.trip, self.settings = trip, dict(settings)
        self._voyages: dict[str, Voyage] = {}
        self._opened = ExitStack()
        self.services: list[Service] = []
        self.environment: dict[str, str] = {}

    def open(self, servers: devstack.Servers, *, tidily: bool) -> None:
        """Start everything, and return when it is ready; `tidily`: the servers live on after this."""
        with ExitStack() as stack:
            own = _own_names(self.trip, servers)
            self.background = Background()
            stack.callback(self.background.close)
            if tidily:
                stack.callback(lambda: self.background.run(tidy(own, servers.temporal_address), 30))
            service = SupplierService(self._ask)
            url = self.background.run(service.start(), 10)
            stack.callback(lambda: self.background.run(service.stop(), 10))
            self.environment = self._environment(own, servers, url)
            stack.callback(self._end_services)
            self.services = [Service(name, self.environment) for name in PROGRAMS]
            for process in self.services:
                process.spawn()
            self.client = self.background.run(_connected(own), _CLIENT_WITHIN)
            stack.callback(lambda: self.background.run(self.client.close(), 10))
            for process in self.services:
                process.wait()
            self._opened = stack.pop_all()

    def close(self) -> None:
        """End everything."""
        self._opened.close()

    def check(self) -> None:
        """Raise `HarnessError` if a process has ended."""
        __tracebackhide__ = True
        for process in self.services:
            process.check()

    def voyage(self) -> Voyage:
        """What one test is given: new books, and suppliers of which nothing was said."""
        own = f"t{uuid4().hex[:8]}"
        made = self._voyages[own] = Voyage(self, own)
        return made

    async def _ask(self, call: Call) -> Answer:
        """The answer of the supplier of the call's test; what has no mark of a test is the latest's."""
        voyage = self._voyages.get(call.booking.rpartition(".")[2]) or list(self._voyages.values())[-1]
        return await voyage.suppliers[call.leg].answer(voyage.ledger.note(call))

    def _environment(self, own: BrokerSettings, servers: devstack.Servers, url: str) -> dict[str, str]:
        names = own.model_dump(include=_QUEUES)
        of_the_shell = {
            name: value
            for name, value in os.environ.items()
            if not name.upper().startswith("VOYAGE_") or name.upper().startswith(_KEPT)
        }
        suppliers = {f"VOYAGE_{leg.upper()}_SUPPLIER": leg for leg in self.trip.declared_legs}
        return {
            **of_the_shell,
            **IMPATIENT,
            **{f"VOYAGE_{name.upper()}": value for name, value in names.items()},
            **{f"{name}_URL": f"{url}/{leg}" for name, leg in suppliers.items() if not self._has_own(name)},
            "VOYAGE_TASK_QUEUE": own.requests_queue,
            "VOYAGE_REPLY_TASK_QUEUE": own.results_queue,
            "VOYAGE_TRIP": name_of(self.trip),
            "AMQP_URL": servers.amqp_url,
            "TEMPORAL_ADDRESS": servers.temporal_address,
            **self.settings,
        }

    def _has_own(self, supplier: str) -> bool:
        return any(f"{supplier}{end}" in self.settings for end in ("", "_URL", "_PLUGIN"))

    def _end_services(self) -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(Service.close, self.services))


_QUEUES = {name for name in BrokerSettings.model_fields if name.endswith("_queue")}


def _own_names(trip: type[Trip], servers: devstack.Servers) -> BrokerSettings:
    own = f"voyage-test.{uuid4().hex[:8]}"
    names: dict[str, Any] = {name: f"{own}.{name.removesuffix('_queue')}" for name in _QUEUES}
    return BrokerSettings(**names, trip=trip).model_copy(update={"amqp_url": SecretStr(servers.amqp_url)})


def _check(trip: type[Trip]) -> None:
    """Raise `HarnessError` if consumer and worker couldn't find this trip by its name."""
    found: object = None
    with suppress(ValueError):
        found = load_trip(name_of(trip))
    if found is not trip:
        raise HarnessError(
            f"{trip.__qualname__} can't be found as {name_of(trip)}, as consumer and worker must find it: "
            "declare it at the top of a module that can be imported."
        )


async def _connected(settings: BrokerSettings) -> Client:
    return await Client.connect(settings=settings)
