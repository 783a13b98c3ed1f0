"""What handles the messages of a queue: a pure decision, its execution, and a refusal."""

from typing import Protocol, TypeVar

from publisher.amqp.message import Delivery


class Decision(Protocol):
    """What to do with one message."""

    @property
    def order_key(self) -> str | None:
        """Messages with the same key are handled one after the other, in the queue's order; None: in any."""
        ...


D = TypeVar("D", bound=Decision)


class MessageHandler(Protocol[D]):
    """Handles the messages of one queue, one call each; any number at a time."""

    def decide(self, delivery: Delivery) -> D:
        """What to do, by the message alone; no I/O."""
        ...

    async def execute(self, decision: D, delivery: Delivery) -> None:
        """Return when the message may be acked: what it asks for is durable, or answered."""
        ...

    @property
    def for_probes(self) -> "MessageHandler[D]":
        """Handles a message that is to show whether Temporal is back: at once, whatever it might wait for."""
        ...

    async def refuse(self, decision: D | None, delivery: Delivery, why: str) -> None:
        """Return when a message that can never be executed may be acked: it is answered and kept.

        Without a decision, as none could be made.
        """
        ...
