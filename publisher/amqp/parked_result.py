"""A parked result as a value: what the message says, why it was set aside, and where it should go."""

from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Self

from pydantic import ValidationError

from publisher.amqp.message import HEADERS_CUT, Delivery
from publisher.contract.result import BookingResult

REASON, ERROR, REPLY_TO, TIME = "x-reason", "x-error", "x-reply-to", "x-parked-at"
TRIES = "x-tries"
HANDLER_FAILED = "handler_failed"
"""Its reader could not deal with it, however often it was tried."""
NO_RESULT = "no_result"
"""It was in a queue of results, and is something else."""
REPLY_TO_GONE = "reply_to_gone"
"""The queue at its address is not there."""


@dataclass(frozen=True)
class ParkedResult:
    """A result that could not be delivered, or that its reader could not deal with."""

    delivery: Delivery
    reason: str
    error: str
    address: str
    time: str

    @classmethod
    def from_delivery(cls, delivery: Delivery) -> Self:
        """Read what the consumer, or the client of its reader, noted in the headers."""
        noted = {name: str(delivery.headers.get(name) or "") for name in (REASON, ERROR, REPLY_TO, TIME)}
        return cls(delivery, noted[REASON] or REPLY_TO_GONE, noted[ERROR], noted[REPLY_TO], noted[TIME])

    @property
    def id(self) -> str:
        """Its message id, or a hash of its body."""
        return self.delivery.message_id or sha256(self.delivery.body).hexdigest()[:16]

    @property
    def names(self) -> frozenset[str]:
        """Its id, and that of its booking."""
        return frozenset({self.id, self.booking_id} - {""})

    @cached_property
    def booking_id(self) -> str:
        """Whose result it is; empty if that can't be read."""
        try:
            return BookingResult.model_validate_json(self.delivery.body).booking_id or ""
        except ValidationError:
            return ""

    def to_resend(self) -> Delivery:
        """The result as it was first sent."""
        noted = {REASON, ERROR, REPLY_TO, TIME, TRIES, HEADERS_CUT}
        headers = {name: value for name, value in self.delivery.headers.items() if name not in noted}
        return replace(self.delivery, headers=headers)
