"""The light client of Voyage: message models, broker objects, an async client and the `voyage` command."""

from publisher.client import Client
from publisher.contract.request import BookingRequest
from publisher.contract.result import BookingResult, LegResult, Reason, Status
from publisher.errors import (
    BookingRejectedError,
    BrokerCertificateError,
    BrokerError,
    BrokerLoginError,
    BrokerUnreachableError,
    MessageRefusedError,
    NotDeclaredError,
    NotEditableError,
    NotPermittedError,
    PublishingError,
    PublishTimeoutError,
    QueueMismatchError,
    ResultTimeoutError,
    UndeliverableError,
)
from publisher.settings import BrokerSettings
from voyage.errors import SettingsError, VoyageError

__all__ = [
    "BookingRejectedError",
    "BookingRequest",
    "BookingResult",
    "BrokerCertificateError",
    "BrokerError",
    "BrokerLoginError",
    "BrokerSettings",
    "BrokerUnreachableError",
    "Client",
    "LegResult",
    "MessageRefusedError",
    "NotDeclaredError",
    "NotEditableError",
    "NotPermittedError",
    "PublishTimeoutError",
    "PublishingError",
    "QueueMismatchError",
    "Reason",
    "ResultTimeoutError",
    "SettingsError",
    "Status",
    "UndeliverableError",
    "VoyageError",
]
