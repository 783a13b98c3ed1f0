"""The consumer's numbers; docs/monitoring.md says which row of the contract each one counts."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum

from prometheus_client import Counter, Gauge, Histogram

from publisher.contract.result import BookingResult

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)


class Outcome(StrEnum):
    """What became of a request message; a rejection is counted under its contract's code."""

    NEW = "new"
    JOINED = "joined"
    REPEATED = "repeated"
    WAITING = "waiting"
    """Moved to where requests beyond a quota wait; it is counted again when it is settled."""


class ControlOutcome(StrEnum):
    """What became of a control message."""

    CANCEL = "cancel"
    STATUS = "status"
    UNHEARD = "unheard"
    """A status whose asker had gone before its answer."""
    DROPPED = "dropped"


REJECTIONS = ("conflict", "invalid", "too_large", "unavailable", "reply_to_not_allowed")

REQUESTS = Counter("voyage_requests", "Request messages settled, by what became of them", ["outcome"])
CONTROL = Counter("voyage_control", "Control messages settled, by what they asked for", ["outcome"])
RESULTS = Counter("voyage_results", "Results sent, parked ones included", ["status", "reason", "duplicate"])
PARKED = Counter("voyage_parked", "Results parked, as their reply queue was gone")
QUEUE_WAIT = Histogram(
    "voyage_queue_wait_seconds",
    "From the timestamp of a message, if it has one (in whole seconds), until it is taken",
    ["queue"],
    buckets=_SECONDS,
)
RESULT_LAG = Histogram(
    "voyage_result_lag_seconds",
    "From the end of a booking until RabbitMQ has its result",
    buckets=_SECONDS,
)
_IN_FLIGHT = Gauge("voyage_in_flight", "Messages taken and not settled yet", ["queue"])
_PAUSED = Gauge("voyage_paused", "1 while consuming pauses, as Temporal is away", ["queue"])

for _outcome in (*Outcome, *REJECTIONS):
    REQUESTS.labels(_outcome)


def watch_consumer(queue: str, in_flight: Callable[[], int], is_paused: Callable[[], bool]) -> None:
    """Read these two whenever Prometheus asks."""
    _IN_FLIGHT.labels(queue).set_function(in_flight)
    _PAUSED.labels(queue).set_function(is_paused)


def count_result(result: BookingResult) -> None:
    """A result is on its way, in its reply queue or parked."""
    reason = result.reason.code if result.reason else "none"
    RESULTS.labels(result.status.value, reason, str(result.duplicate).lower()).inc()


def seconds_since(then: datetime) -> float:
    """Never less than 0, whatever the clocks say."""
    return max((datetime.now(UTC) - then).total_seconds(), 0.0)
