"""What a trip is: `Leg`, `Trip`; what our processes share: `voyage.runtime`; servers: `voyage.devstack`."""

TYPE_CHECKING = False  # typing, too, is imported only where it is needed
if TYPE_CHECKING:
    from typing import Any

    from voyage.trips import Leg, Trip

__all__ = ["Leg", "Trip"]


def __getattr__(name: str) -> "Any":
    """Import what is asked for, when it is: a command begins within milliseconds."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from voyage import trips  # noqa: PLC0415 -- see above

    return getattr(trips, name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
