"""A dead letter as a value: what the message says, why it was kept, and how it is sent in again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Self

from publisher.amqp.message import HEADERS_CUT, Delivery
from publisher.contract.identity import hash_of
from publisher.contract.places import Json, NoPlaceError, with_changes
from publisher.contract.strict_json import RepeatedKeyError, loads, loads_to_change
from publisher.errors import NotEditableError
from voyage.runtime.exact_numbers import dumps

REASON, ERROR, TIME = "x-reason", "x-error", "x-dead-lettered-at"


@dataclass(frozen=True)
class DeadLetter:
    """A message that could not become a booking: what it says, why it was kept, and since when."""

    delivery: Delivery
    reason: str
    error: str
    time: str

    @classmethod
    def from_delivery(cls, delivery: Delivery) -> Self:
        """Read what the consumer, or RabbitMQ's delivery limit, noted in the headers."""
        deaths = delivery.headers.get("x-death")
        death = deaths[0] if isinstance(deaths, list) and deaths else {}
        death = death if isinstance(death, dict) else {}
        died = death.get("time")
        return cls(
            delivery=delivery,
            reason=str(delivery.headers.get(REASON) or death.get("reason") or "unknown"),
            error=str(delivery.headers.get(ERROR) or ""),
            time=str(delivery.headers.get(TIME) or (died.isoformat() if isinstance(died, datetime) else "")),
        )

    @property
    def id(self) -> str:
        """By what it is shown: its message id, or a hash of its body."""
        return self.delivery.message_id or sha256(self.delivery.body).hexdigest()[:16]

    @property
    def names(self) -> frozenset[str]:
        """Its id, and that of its booking, if its body says one."""
        try:
            booking = json.loads(self.delivery.body).get("booking_id")
        except (ValueError, RecursionError, AttributeError):
            booking = None
        return frozenset({self.id, booking} if isinstance(booking, str) else {self.id})

    def to_replay(self, changes: Mapping[str, Any]) -> Delivery:
        """The message as it was, or with some places of its body changed and the same booking id.

        A place is a field, or `jeep.seats` in one. Raises `NotEditableError` if the body is no JSON object,
        has a key twice or no such place, or is no JSON with the changes either.
        """
        noted = {REASON, ERROR, TIME, HEADERS_CUT, "x-death", "x-first-death-exchange", "x-first-death-queue"}
        headers = {
            k: v for k, v in self.delivery.headers.items() if k not in noted | {"x-first-death-reason"}
        }
        if not changes:
            return replace(self.delivery, headers=headers)
        body = self._body()
        if not self.delivery.message_id:
            body.setdefault("booking_id", hash_of(self.delivery.body, self.delivery.correlation_id))
        return replace(self.delivery, headers=headers, body=self._changed(body, changes).encode())

    def _changed(self, body: Json, changes: Mapping[str, Any]) -> str:
        try:
            changed = dumps(with_changes(body, changes))
            loads(changed)
        except NoPlaceError as missing:
            raise NotEditableError(
                f"{self.id} has no place {missing}; set a field that holds it, whole, or drop it."
            ) from None
        except ValueError as mistake:
            raise NotEditableError(f"The body of {self.id} is no JSON even so ({mistake}).") from None
        except RecursionError:
            raise NotEditableError(f"The body of {self.id} is nested too deeply; drop it instead.") from None
        return changed

    def _body(self) -> Json:
        try:
            body = loads_to_change(self.delivery.body.decode("utf-8-sig"))
        except RepeatedKeyError as repeated:
            raise NotEditableError(
                f"The body of {self.id} can't be changed: {repeated}, and no change says which is meant; "
                "drop it instead."
            ) from None
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            raise NotEditableError(f"The body of {self.id} is no JSON object; drop it instead.")
        return body
