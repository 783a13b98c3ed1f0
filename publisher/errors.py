"""What can go wrong on the client's side, each with what its caller can do about it.

- `VoyageError`
  - `ClientError`, which says of which booking, and whether the message was sent
    - `BrokerError`: RabbitMQ can't be used as it is
    - `PublishingError`: one message was not published, or nobody knows
    - `ResultTimeoutError`, `BookingRejectedError`, `ClientClosedError`, `ForeignLoopError`
  - `KeptError`: a dead letter or a parked result stays where it is
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from voyage.errors import VoyageError

if TYPE_CHECKING:
    from publisher.contract.result import BookingResult

RABBITMQ = "RabbitMQ"
"""As the log names it while it is away."""


class Sent(StrEnum):
    """Whether the message behind an error was sent."""

    NO = "no"
    """Surely not. Sending it again books once."""
    MAYBE = "maybe"
    """It may have been. Send it again under the same booking id: that books once as well."""
    SAFE = "safe"
    """RabbitMQ has it safe, and the booking goes on."""


class ClientError(VoyageError):
    """What a client's call can come to.

    `booking_id` is that of the booking that was asked for, or None; `sent` says whether its message was sent,
    or is None where none was to be.
    """

    booking_id: str | None = None
    sent: Sent | None = None


class ClientClosedError(ClientError):
    """The client is closed, before the call or under it. Connect a new one."""


class ForeignLoopError(ClientError):
    """The client was made in another event loop, or before a fork. Connect one where it is used."""


class BrokerError(ClientError):
    """RabbitMQ can't be used. Each kind says whether waiting helps or a person must fix it."""

    away = RABBITMQ


class BrokerUnreachableError(BrokerError):
    """RabbitMQ could not be reached, or not its virtual host. Start it, or set `AMQP_URL`."""


class BrokerLoginError(BrokerError):
    """RabbitMQ refused the login. Correct user and password in `AMQP_URL`."""


class BrokerCertificateError(BrokerError):
    """A certificate was refused, RabbitMQ's or ours. The text says which variable a person must look at."""


class QueueMismatchError(BrokerError):
    """A queue exists with other arguments than ours. The text names the queue and the difference."""


class NotDeclaredError(BrokerError):
    """A queue is missing that this user may not declare, or that is not ours. The text names it."""


class NotPermittedError(BrokerError):
    """RabbitMQ refuses our user a right, now or already at the start. The text names the right."""


class PublishingError(ClientError):
    """A message was not published, or it is unknown whether it was."""


class UndeliverableError(PublishingError):
    """No queue took the message: the one it was addressed to does not exist. Nothing was sent."""


class MessageRefusedError(PublishingError):
    """RabbitMQ refuses this message, now and later, such as one that is too large. Nothing was sent."""

    sent: Sent | None = Sent.NO


class PublishNackedError(PublishingError):
    """RabbitMQ refuses the message for now: its queue is full, or can't store it. Send it again later."""


class PublishTimeoutError(PublishingError):
    """RabbitMQ did not confirm in time. The message may still arrive: send it again, under the same id.

    `is_suspect`: the connection died each time it was sent, also when nothing else was in flight.
    """

    away = RABBITMQ

    def __init__(self, message: str, *, is_suspect: bool = False) -> None:
        super().__init__(message)
        self.is_suspect = is_suspect


class KeptError(VoyageError):
    """A message that was to be sent again stays where it is. Raised when the others have been sent."""


class NotEditableError(KeptError):
    """A dead letter that can't be changed so. The text says why. Change it otherwise, or drop it."""


class NotResentError(KeptError):
    """A parked result whose queue is not there. Name another one."""


class ResultTimeoutError(ClientError):
    """No result or no status came in time. Ask again with the same booking id: it books once, and gets it.

    The text says which server is away, if one is known to be: RabbitMQ (it comes back by itself), or perhaps
    Temporal, for which consumers wait; else no consumer runs.
    """


class BookingRejectedError(ClientError):
    """The request was not a valid booking; nothing was started. `result.reason` says why."""

    def __init__(self, result: "BookingResult") -> None:
        super().__init__(result.reason.message if result.reason else "rejected")
        self.result = result

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle, which would make it anew from its text."""
        return type(self), (self.result,), self.__dict__
