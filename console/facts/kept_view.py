"""A dead letter or a parked result as it is shown."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from publisher.amqp.dead_letter import DeadLetter
from publisher.amqp.kept_queue import Kept
from publisher.amqp.parked_result import ParkedResult
from publisher.contract.strict_json import loads

LONGEST_BODY = 8_192  # bytes that are shown of one message


@dataclass(frozen=True, kw_only=True)
class KeptView:
    """One message as it is shown; `fields` are those of a body that is a JSON object and not too long."""

    id: str
    reason: str
    error: str
    time: datetime | None
    body: str
    is_cut: bool
    headers: dict[str, str]
    properties: dict[str, str]
    fields: dict[str, str]
    booking_id: str = ""
    address: str = ""


def view_of(kept: Kept, wanted: Sequence[str] = ()) -> KeptView:
    """What is shown of a message; a body lacks what is empty of the fields that are `wanted`."""
    delivery = kept.delivery
    noted = kept if isinstance(kept, DeadLetter | ParkedResult) else None
    parked = kept if isinstance(kept, ParkedResult) else None
    properties = {
        "message id": delivery.message_id,
        "correlation id": delivery.correlation_id,
        "reply to": delivery.reply_to,
        "type": delivery.type,
        "user id": delivery.user_id,
    }
    return KeptView(
        id=kept.id,
        reason=kept.reason,
        error=noted.error if noted else "",
        time=_time(noted.time) if noted else None,
        body=delivery.body[:LONGEST_BODY].decode(errors="backslashreplace"),
        is_cut=len(delivery.body) > LONGEST_BODY,
        headers={key: str(value) for key, value in delivery.headers.items()},
        properties={name: str(value) for name, value in properties.items() if value},
        fields=_fields(delivery.body, wanted),
        booking_id=parked.booking_id if parked else next(iter(kept.names - {kept.id}), ""),
        address=parked.address if parked else "",
    )


def _fields(body: bytes, wanted: Sequence[str]) -> dict[str, str]:
    """The fields of a body as they are typed: a text as it is, anything else as JSON."""
    if len(body) > LONGEST_BODY:
        return {}
    try:
        read: Any = loads(body.decode("utf-8-sig"))
        if not isinstance(read, dict):
            return {}
        given = {name: typed(value) for name, value in read.items() if name != "booking_id"}
        return given | {name: "" for name in wanted if name not in given}
    except (ValueError, RecursionError, TypeError):
        return {}


def typed(value: Any) -> str:
    """A value as a person types it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
