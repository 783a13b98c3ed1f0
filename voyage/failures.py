"""Whom a failure belongs to: a server, so that everybody waits; or one message, so that others go on.

`consumer.failures` classifies every status of a call to Temporal, `publisher.amqp.reply_codes` every reply
code of RabbitMQ. docs/delivery-guarantees.md has both tables for people; a test holds them together.
"""

from enum import StrEnum


class Failure(StrEnum):
    """What a failure asks for."""

    AWAY = "away"
    """A server can't be used by anybody: pause, probe, go on."""
    LIMITED = "limited"
    """The server takes no more requests just now: this message waits, and new ones start more slowly."""
    BUSY = "busy"
    """The server may do it later: this message waits by itself with a growing pause, bounded in number."""
    REFUSED = "refused"
    """The server will never do it: this message gets an answer and a dead letter."""
