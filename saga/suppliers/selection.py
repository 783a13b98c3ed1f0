"""Which supplier each leg has: your own, one behind HTTP, or a simulated one."""

import logging
import pkgutil
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from importlib.metadata import entry_points

from saga.suppliers.http import HttpSupplier
from saga.suppliers.plain_methods import accept_plain_methods
from saga.suppliers.simulated import SimulatedSupplier
from saga.suppliers.supplier import Supplier
from saga.suppliers.supplier_settings import SupplierSettings, supplier_prefix
from voyage.errors import SettingsError
from voyage.runtime.settings import load_settings
from voyage.trips.loading import look_here_last

log = logging.getLogger(__name__)

ENTRY_POINTS = "voyage.suppliers"


@asynccontextmanager
async def open_suppliers(legs: Iterable[str]) -> AsyncIterator[dict[str, Supplier]]:
    """The supplier of each of these legs, by its name; one that is an async context manager is entered.

    Raises `SettingsError` for a setting that can't be used.
    """
    async with AsyncExitStack() as stack:
        suppliers: dict[str, Supplier] = {}
        for leg in legs:
            suppliers[leg] = supplier = choose(leg)
            if isinstance(supplier, AbstractAsyncContextManager):
                await stack.enter_async_context(supplier)
        yield suppliers


def choose(leg: str) -> Supplier:
    """The supplier that the environment names for this leg."""
    settings = load_settings(SupplierSettings, supplier_prefix(leg))
    if settings.plugin:
        log.info("%s: supplied by %s", leg, settings.plugin)
        plugin = _load_plugin(settings.plugin, f"{supplier_prefix(leg)}PLUGIN")
        return accept_plain_methods(plugin, settings.threads, settings.pool_timeout)
    if settings.url:
        log.info("%s: supplied by %s", leg, settings.url.host)
        return HttpSupplier(settings)
    return SimulatedSupplier()


def _load_plugin(name: str, variable: str) -> Supplier:
    """An instance of the class that `name` stands for."""
    look_here_last()
    try:
        if ":" in name:
            kind = pkgutil.resolve_name(name)
        else:
            [entry_point] = entry_points(group=ENTRY_POINTS, name=name)
            kind = entry_point.load()
        supplier: Supplier = kind()
    except Exception as error:
        known = sorted(point.name for point in entry_points(group=ENTRY_POINTS))
        takes = (
            f"package.module:Class, or one of the entry points {ENTRY_POINTS}: {', '.join(known) or 'none'}"
        )
        raise SettingsError(f"{variable}: can't load {name!r} ({error}). It takes {takes}.") from error
    if not all(callable(getattr(supplier, method, None)) for method in ("book", "undo")):
        raise SettingsError(f"{variable}: {name!r} lacks the methods book and undo. See docs/suppliers.md.")
    return supplier
