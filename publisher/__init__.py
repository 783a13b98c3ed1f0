"""The light client of Voyage: message models, broker objects, an async client and the `voyage` command."""

from publisher.client import Client
from publisher.errors import (
    BookingRejectedError,
    BrokerUnreachableError,
    NotDeclaredError,
    PublishTimeoutError,
    QueueMismatchError,
    ResultTimeoutError,
    SettingsError,
    UndeliverableError,
    VoyageError,
)
from publisher.models import BookingRequest, BookingResult, LegResult, Reason
from publisher.settings import BrokerSettings

__all__ = [
    "BookingRejectedError",
    "BookingRequest",
    "BookingResult",
    "BrokerSettings",
    "BrokerUnreachableError",
    "Client",
    "LegResult",
    "NotDeclaredError",
    "PublishTimeoutError",
    "QueueMismatchError",
    "Reason",
    "ResultTimeoutError",
    "SettingsError",
    "UndeliverableError",
    "VoyageError",
]
