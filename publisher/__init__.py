"""The light client of Voyage: messages, broker objects, async and blocking clients, the `voyage` command."""

TYPE_CHECKING = False  # typing and importlib, too, are imported only where they are needed
if TYPE_CHECKING:
    from typing import Any

    from publisher.blocking import BlockingClient
    from publisher.client import Client
    from publisher.contract.result import BookingResult, LegResult, Reason, Status
    from publisher.errors import (
        BookingRejectedError,
        BrokerCertificateError,
        BrokerError,
        BrokerLoginError,
        BrokerUnreachableError,
        ClientClosedError,
        ClientError,
        ForeignLoopError,
        KeptError,
        MessageRefusedError,
        NotDeclaredError,
        NotEditableError,
        NotPermittedError,
        NotResentError,
        PublishingError,
        PublishNackedError,
        PublishTimeoutError,
        QueueMismatchError,
        ResultTimeoutError,
        Sent,
        UndeliverableError,
    )
    from publisher.following import Booked
    from publisher.results.stream import Results
    from publisher.settings import BrokerSettings
    from voyage.errors import SettingsError, VoyageError
    from voyage.trips.tutorial import BookingRequest

__all__ = [
    "BlockingClient",
    "Booked",
    "BookingRejectedError",
    "BookingRequest",
    "BookingResult",
    "BrokerCertificateError",
    "BrokerError",
    "BrokerLoginError",
    "BrokerSettings",
    "BrokerUnreachableError",
    "Client",
    "ClientClosedError",
    "ClientError",
    "ForeignLoopError",
    "KeptError",
    "LegResult",
    "MessageRefusedError",
    "NotDeclaredError",
    "NotEditableError",
    "NotPermittedError",
    "NotResentError",
    "PublishNackedError",
    "PublishTimeoutError",
    "PublishingError",
    "QueueMismatchError",
    "Reason",
    "ResultTimeoutError",
    "Results",
    "Sent",
    "SettingsError",
    "Status",
    "UndeliverableError",
    "VoyageError",
]

_HOMES = {
    "publisher.blocking": ("BlockingClient",),
    "publisher.client": ("Client",),
    "publisher.contract.result": ("BookingResult", "LegResult", "Reason", "Status"),
    "publisher.following": ("Booked",),
    "publisher.results.stream": ("Results",),
    "publisher.settings": ("BrokerSettings",),
    "voyage.errors": ("SettingsError", "VoyageError"),
    "voyage.trips.tutorial": ("BookingRequest",),
}


def __getattr__(name: str) -> "Any":
    """Import what is asked for, when it is: a command begins within milliseconds, and so notices Ctrl-C."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 -- see above

    home = next((home for home, names in _HOMES.items() if name in names), "publisher.errors")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
