"""Who waits for a booking's answer. To the saga a caller is an opaque context of the reply callback."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from consumer.addresses import Address
from publisher.delivery import Delivery

TRACE_HEADERS = ("traceparent", "tracestate")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """An address to answer, for which booking, and the trace that the request belongs to."""

    booking_id: str
    reply_to: str
    correlation_id: str | None
    trace: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, booking_id: str, address: Address, delivery: Delivery) -> Self:
        """The caller behind a delivery."""
        return cls(
            booking_id=booking_id,
            reply_to=address.reply_to,
            correlation_id=address.correlation_id,
            trace=trace_of(delivery),
        )

    @classmethod
    def from_context(cls, context: Mapping[str, Any]) -> Self:
        """The caller in a reply callback's context."""
        return cls(**context)

    def to_context(self) -> dict[str, Any]:
        """The context for a reply callback."""
        return asdict(self)

    @property
    def address(self) -> Address:
        """Where this caller's answer goes."""
        return Address(self.reply_to, self.correlation_id)


def trace_of(delivery: Delivery) -> dict[str, str]:
    """The trace that a message belongs to, if its sender named one."""
    headers = {name: delivery.headers.get(name) for name in TRACE_HEADERS}
    return {name: value for name, value in headers.items() if isinstance(value, str)}
