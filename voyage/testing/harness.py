"""What lasts for all tests of one of pytest's processes: where the servers are, and the product that runs."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from voyage import devstack
from voyage.testing import shared_servers
from voyage.testing.errors import HarnessError
from voyage.testing.product import Product
from voyage.trips import Trip
from voyage.trips.loading import load_trip

NO_TRIP = (
    "No trip is named. Name yours in one of three ways: a fixture voyage_trip that returns it, "
    "voyage_trip = my_trips:Safari among pytest's settings, or VOYAGE_TRIP=my_trips:Safari."
)


class Harness:
    """Brings up what a test needs when the first one needs it; one product at a time."""

    def __init__(self, shared: Path | None) -> None:
        self._shared = shared
        self._opened = ExitStack()
        self._servers: devstack.Servers | None = None
        self._product: Product | None = None

    def product(self, trip: object, settings: Mapping[str, str]) -> Product:
        """The one of this trip and these settings, ready to book."""
        kind = _trip(trip)
        running = self._product
        if running and (running.trip, running.settings) == (kind, dict(settings)):
            running.check()
            return running
        wanted = Product(kind, settings)
        self._close_product()
        self._servers = self._servers or self._bring_up()
        wanted.open(self._servers, tidily=shared_servers.are_named())
        self._product = wanted
        return wanted

    def close(self) -> None:
        """End what was brought up."""
        try:
            self._close_product()
        finally:
            self._opened.close()

    def _close_product(self) -> None:
        product, self._product = self._product, None
        if product:
            product.close()

    def _bring_up(self) -> devstack.Servers:
        if shared_servers.are_named():
            return self._opened.enter_context(devstack.stack(say=lambda _: None))
        if self._shared:
            return shared_servers.join(self._shared, os.getppid())
        folder = Path(tempfile.mkdtemp(prefix="voyage-testing-"))
        self._opened.callback(shutil.rmtree, folder, ignore_errors=True)
        self._opened.callback(shared_servers.end, folder)
        return shared_servers.join(folder, os.getpid())


def _trip(named: object) -> type[Trip]:
    if isinstance(named, str) and named:
        try:
            return load_trip(named)
        except ValueError as mistake:
            raise HarnessError(str(mistake)) from None
    if isinstance(named, type) and issubclass(named, Trip) and named.declared_legs:
        return named
    raise HarnessError(NO_TRIP if not named else f"voyage_trip takes a trip, not {named!r}.")
