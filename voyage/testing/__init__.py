"""Tests of a trip of your own on real servers, by the fixture `voyage` of pytest; `FakeVoyage` without any.

`voyage.testing.plugin` has the fixtures, and docs/your-own-trip.md a test that is made with them.
"""

TYPE_CHECKING = False  # pytest loads this in suites that don't use it, too
if TYPE_CHECKING:
    from typing import Any

    from voyage.testing.errors import HarnessError
    from voyage.testing.fake import FakeVoyage
    from voyage.testing.hold import Hold
    from voyage.testing.ledger import Call, Ledger
    from voyage.testing.running import Booking, Voyage
    from voyage.testing.script import ScriptedSupplier

__all__ = ["Booking", "Call", "FakeVoyage", "HarnessError", "Hold", "Ledger", "ScriptedSupplier", "Voyage"]

_HOMES = {
    "errors": ("HarnessError",),
    "fake": ("FakeVoyage",),
    "ledger": ("Call", "Ledger"),
    "running": ("Booking", "Voyage"),
    "hold": ("Hold",),
    "script": ("ScriptedSupplier",),
}


def __getattr__(name: str) -> "Any":
    """Import what is asked for, when it is."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 -- see above

    home = next(home for home, names in _HOMES.items() if name in names)
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
