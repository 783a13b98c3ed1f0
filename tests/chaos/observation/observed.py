"""What was seen from outside when everything had healed: the checker's whole input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One result message as it came."""

    correlation_id: str | None
    message_id: str | None
    body: Mapping[str, Any]
    at: float = 0.0
    """When, in seconds of the loop's clock."""


@dataclass(frozen=True)
class Depth:
    """The messages of a queue: waiting, and delivered but not acked."""

    ready: int
    unacked: int


@dataclass(frozen=True)
class Sample:
    """One look at a process: when, in seconds, and what it holds."""

    at: float
    process: str
    pid: int
    memory_mib: float
    threads: int
    connections: int
    files: int


@dataclass(frozen=True, kw_only=True)
class Observed:
    """Everything seen. `bookings` and `changes` are the supplier's ledger; `running` are workflow ids."""

    answers: Sequence[Answer] = ()
    bookings: Sequence[Mapping[str, Any]] = ()
    changes: Sequence[Mapping[str, Any]] = ()
    queues: Mapping[str, Depth] = field(default_factory=dict)
    dead: Sequence[str | None] = ()
    running: Sequence[str] = ()
    ended: Sequence[str] = ()
    """Processes that ended although nobody ended them."""
    samples: Sequence[Sample] = ()
