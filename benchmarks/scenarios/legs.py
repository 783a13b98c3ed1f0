"""The same three legs, one after the other and together; each takes its supplier 200 ms."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

from benchmarks.scenarios.message import by_message
from benchmarks.scenarios.scenario import Scenario
from saga.suppliers.supplier_settings import supplier_prefix
from voyage import Leg, Trip, devstack
from voyage.trips.loading import name_of

SECONDS = 0.2
ITEMS: Mapping[str, Any] = {"name": "John Doe", "jeep": "a jeep", "lodge": "a lodge", "guide": "a guide"}


class InTurn(Trip):
    """One after the other."""

    jeep: Annotated[str, Leg()]
    lodge: Annotated[str, Leg()]
    guide: Annotated[str, Leg()]


class Together(Trip):
    """All at the same time."""

    jeep: Annotated[str, Leg(together="all")]
    lodge: Annotated[str, Leg(together="all")]
    guide: Annotated[str, Leg(together="all")]


@asynccontextmanager
async def booking(servers: devstack.Servers, trip: type[Trip]) -> AsyncIterator[Scenario]:
    """Two services of this trip."""
    plugin = "benchmarks.scenarios.slow_supplier:SlowSupplier"
    variables = {
        "VOYAGE_TRIP": name_of(trip),
        "BENCH_SUPPLIER_SECONDS": str(SECONDS),
        **{f"{supplier_prefix(leg)}PLUGIN": plugin for leg in trip.declared_legs},
    }
    request = trip.model_validate(ITEMS)
    async with by_message(servers, trip.__name__, variables=variables, request=request) as scenario:
        yield scenario
