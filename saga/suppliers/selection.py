"""Which supplier each leg has: your own, one behind HTTP, or, where that is asked for, a simulated one."""

import logging
import pkgutil
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from importlib.metadata import entry_points

from saga.suppliers.http import HttpSupplier
from saga.suppliers.plain_methods import accept_plain_methods
from saga.suppliers.simulated import SimulatedSupplier
from saga.suppliers.supplier import Supplier
from saga.suppliers.supplier_settings import (
    LegSimulationSettings,
    Simulation,
    SimulationSettings,
    SupplierSettings,
    leg_prefix,
    supplier_prefix,
)
from voyage.errors import SettingsError
from voyage.runtime.settings import load_settings
from voyage.tracebacks import log_traceback
from voyage.trips.loading import look_here_last

log = logging.getLogger(__name__)

ENTRY_POINTS = "voyage.suppliers"


@asynccontextmanager
async def open_suppliers(legs: Iterable[str]) -> AsyncIterator[dict[str, Supplier]]:
    """The supplier of each of these legs, by its name; one that is an async context manager is entered.

    Raises `SettingsError` for a setting that can't be used, and for legs without a supplier.
    """
    async with AsyncExitStack() as stack:
        suppliers: dict[str, Supplier] = {}
        for leg in names_of(legs):
            suppliers[leg] = supplier = choose(leg)
            if isinstance(supplier, AbstractAsyncContextManager):
                await stack.enter_async_context(supplier)
        yield suppliers


_HELP = "What they are: python -m pydoc saga.suppliers.supplier"


def log_suppliers(legs: Iterable[str]) -> None:
    """A line for each leg; a warning if nothing is really booked."""
    for leg, name in names_of(legs).items():
        level = logging.WARNING if name == Simulation.SIMULATED else logging.INFO
        log.log(level, "%s: supplied by %s", leg, shown(name))


def names_of(legs: Iterable[str]) -> dict[str, str]:
    """What the environment names as each leg's supplier: a class, a host, or `simulated`.

    Raises `SettingsError` for legs without one.
    """
    names = {leg: _name(leg) for leg in legs}
    if missing := [leg for leg, name in names.items() if not name]:
        first = supplier_prefix(missing[0])
        raise SettingsError(
            f"No supplier is named for {', '.join(missing)}. Set {first}URL=https://… or "
            f"{first}PLUGIN=module:Class, and so for each; or try it out, with nothing really booked: "
            "VOYAGE_SUPPLIERS=simulated."
        )
    return {leg: name for leg, name in names.items() if name}


def shown(name: str) -> str:
    """A supplier's name, for a person."""
    return f"{name}, nothing is really booked" if name == Simulation.SIMULATED else name


def choose(leg: str) -> Supplier:
    """The supplier that the environment names for this leg; raises `SettingsError` without one."""
    names_of([leg])
    settings = load_settings(SupplierSettings, supplier_prefix(leg))
    if settings.plugin:
        plugin = _load_plugin(settings.plugin, f"{supplier_prefix(leg)}PLUGIN")
        return accept_plain_methods(plugin, settings.threads, settings.pool_timeout)
    return HttpSupplier(settings) if settings.url else SimulatedSupplier()


def _name(leg: str) -> str | None:
    settings = load_settings(SupplierSettings, supplier_prefix(leg))
    simulated = load_settings(LegSimulationSettings, leg_prefix(leg)).supplier
    own = settings.plugin or (settings.url and settings.url.host)
    if own and simulated:
        raise SettingsError(
            f"{leg_prefix(leg)}SUPPLIER: {leg} has a supplier of its own, {own}; unset one of the two."
        )
    return own or simulated or load_settings(SimulationSettings).suppliers


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
        log_traceback(name, error, by=__file__)
        known = sorted(point.name for point in entry_points(group=ENTRY_POINTS))
        takes = (
            f"package.module:Class, or one of the entry points {ENTRY_POINTS}: {', '.join(known) or 'none'}"
        )
        raise SettingsError(f"{variable}: can't load {name!r} ({error}). It takes {takes}.") from error
    if not all(callable(getattr(supplier, method, None)) for method in ("book", "undo")):
        raise SettingsError(f"{variable}: {name!r} lacks the methods book and undo. {_HELP}.")
    return supplier
