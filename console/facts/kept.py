"""Dead letters and parked results, page by page, as their commands see them.

A look holds the messages for a moment, so it is taken only when their number has changed, or somebody acts.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from aio_pika.exceptions import ChannelNotFoundEntity

from console.facts.broker import BrokerLink
from console.facts.shared import Reading, Shared
from publisher.amqp.dead_letter import DeadLetter
from publisher.amqp.kept_queue import Kept, KeptQueue
from publisher.amqp.parked_result import ParkedResult
from publisher.client import Client
from publisher.contract.strict_json import loads

PAGE = 20
LONGEST_BODY = 8_192  # bytes that are shown of one message
COUNT_FRESH = 1.0  # seconds
PAGE_FRESH = 60.0
"""Seconds after which a page is looked at again although their number is the same."""
K = TypeVar("K", bound=Kept)


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


@dataclass(frozen=True)
class KeptPage:
    """Some of them, the oldest first, and how many there are; None: their queue is not there."""

    shown: tuple[KeptView, ...]
    count: int | None
    number: int = 1

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-(self.count or 0) // PAGE))


class KeptMessages(Generic[K]):
    """Looks at one queue of kept messages."""

    def __init__(
        self, name: str, queue: Callable[[Client], KeptQueue[K]], broker: BrokerLink, shared: Shared
    ) -> None:
        self.name = name
        self._queue, self._broker, self._shared = queue, broker, shared
        self.alone = asyncio.Lock()
        """For whoever goes through the queue: what is held is not counted, and can't be looked at."""

    async def count(self, patience: float = 0.0) -> Reading[int | None]:
        """How many there are."""
        return await self._shared.get((self.name,), self._count, fresh=COUNT_FRESH, patience=patience)

    async def page(self, number: int, patience: float) -> Reading[KeptPage]:
        """A page of them; looked at again when their number changes."""
        counted = await self.count(patience)
        if not counted.value:
            empty = None if counted.at is None else KeptPage((), counted.value)
            return Reading(empty, counted.at, counted.error)
        number = min(number, KeptPage((), counted.value).pages)
        count = counted.value
        reading = await self._shared.get(
            (f"{self.name} page", number),
            lambda: self._look(number, count),
            fresh=PAGE_FRESH,
            patience=patience,
            version=count,
        )
        return Reading(reading.value, reading.at, reading.error or counted.error)

    @property
    def last_count(self) -> int:
        """How many there were last."""
        return self._shared.last((self.name,)).value or 0

    def forget(self) -> None:
        """Look again at once."""
        self._shared.forget(self.name, f"{self.name} page")

    async def _count(self) -> int | None:
        async with self.alone:
            try:
                return await self._queue(self._broker.client).count()
            except ChannelNotFoundEntity:
                return None

    async def _look(self, number: int, count: int) -> KeptPage:
        coming: AsyncGenerator[K, None]
        coming = self._queue(self._broker.client).browse(PAGE, skip=(number - 1) * PAGE)
        async with self.alone, aclosing(coming):
            shown = [view_of(kept) async for kept in coming]
        return KeptPage(tuple(shown), count, number)


def view_of(kept: Kept) -> KeptView:
    """What is shown of a message."""
    delivery = kept.delivery
    noted = kept if isinstance(kept, DeadLetter | ParkedResult) else None
    parked = kept if isinstance(kept, ParkedResult) else None
    properties = {
        "message id": delivery.message_id,
        "correlation id": delivery.correlation_id,
        "reply to": delivery.reply_to,
        "type": delivery.type,
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
        fields=_fields(delivery.body),
        booking_id=parked.booking_id if parked else next(iter(kept.names - {kept.id}), ""),
        address=parked.address if parked else "",
    )


def _fields(body: bytes) -> dict[str, str]:
    """The fields of a body as they are typed: a text as it is, anything else as JSON."""
    if len(body) > LONGEST_BODY:
        return {}
    try:
        read: Any = loads(body.decode("utf-8-sig"))
        if not isinstance(read, dict):
            return {}
        return {name: typed(value) for name, value in read.items() if name != "booking_id"}
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
