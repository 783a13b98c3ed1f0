"""Finding the message that a closed channel or a dead connection is to be blamed on: it is sent alone."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from aio_pika.exceptions import AMQPError, ChannelInvalidStateError, DeliveryError

from publisher.amqp.refusals import not_permitted
from publisher.amqp.reply_codes import AMQP, reply_code
from publisher.errors import MessageRefusedError
from voyage.failures import Failure

ACCESS_REFUSED = 403
PROOF = 2  # failures while nothing else was in flight
NACKS = 5  # after which a queue is full; a cluster that chooses another leader nacks for a moment only
PAUSE, PAUSE_LIMIT = 0.2, 5.0  # seconds before the next try; a suspect's double
REMEMBERED = 1000  # messages that failed and may be sent again
CHANNEL_FAILURES = (AMQPError, OSError, ChannelInvalidStateError)
"""What a lost channel raises. aio-pika's own list has all of RuntimeError, so our mistakes too."""


class Blame:
    """How the tries of one message failed, and whether that is its own doing.

    RabbitMQ closes a channel or a connection for all that are in flight there, so what it says of one is no
    proof. A message is a suspect after one failure of a kind that a message causes (`refused`), or two of
    a kind that it may cause (`busy`, or an end without a word). Suspects are sent alone.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._alone = 0
        self._nacks = 0
        self.is_suspect = False
        self.why = ""
        """What RabbitMQ said last, in brackets."""

    @property
    def is_proven(self) -> bool:
        """Whether it failed so often while nothing else was in flight that it must be its own doing."""
        return self._alone >= PROOF

    @property
    def is_nacked(self) -> bool:
        """Whether its queue has refused it so often that it is full."""
        return self._nacks >= NACKS

    @property
    def pause(self) -> float:
        """Seconds before the next try."""
        return float(min(PAUSE * 2 ** (self._alone + self._nacks), PAUSE_LIMIT))

    def failed(self, failure: BaseException) -> None:
        """Note a failed try; raises `NotPermittedError` or `MessageRefusedError` if more would be in vain."""
        if isinstance(failure, ChannelInvalidStateError):  # the channel was closed before: nothing was sent
            return
        if isinstance(failure, DeliveryError):
            self._nacks += 1
            self.why = " (basic.nack)"
            return
        code, said = reply_code(failure), str(failure.args[-1]) if failure.args else ""
        self.why = f" ({said})" if code else " (the connection was lost)"
        if code == ACCESS_REFUSED:
            raise not_permitted(failure, "write") from None
        kind = AMQP[code] if code else Failure.BUSY
        if kind is Failure.AWAY:
            return
        self._failures += 1
        self._alone += self.is_suspect
        if kind is Failure.REFUSED and self.is_proven:
            raise MessageRefusedError(f"RabbitMQ refuses the message: {said}.{_to_do(str(said))}") from None
        self.is_suspect = kind is Failure.REFUSED or self._failures >= PROOF


class Suspects:
    """Lets any number of messages be in flight, or one suspect alone."""

    def __init__(self) -> None:
        self._in_flight = 0
        self._none_in_flight = asyncio.Event()
        self._no_suspect = asyncio.Event()
        self._turn = asyncio.Lock()
        self._blames: dict[str, Blame] = {}
        self._none_in_flight.set()
        self._no_suspect.set()

    def blame_of(self, message_id: str | None) -> Blame:
        """How earlier tries of this message failed, if they are remembered; they no longer are."""
        return self._blames.pop(message_id or "", None) or Blame()

    def remember(self, message_id: str | None, blame: Blame) -> None:
        """Keep how the tries of a message failed, for when it is sent again."""
        if message_id:
            self._blames[message_id] = blame
        if len(self._blames) > REMEMBERED:
            del self._blames[next(iter(self._blames))]

    @asynccontextmanager
    async def in_flight(self, *, alone: bool) -> AsyncIterator[None]:
        """While this is held, a message is in flight; `alone`: after all others, and before new ones."""
        if not alone:
            while not self._no_suspect.is_set():
                await self._no_suspect.wait()
            with self._counted():
                yield
            return
        async with self._turn:
            self._no_suspect.clear()
            try:
                await self._none_in_flight.wait()
                with self._counted():
                    yield
            finally:
                self._no_suspect.set()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._in_flight += 1
        self._none_in_flight.clear()
        try:
            yield
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self._none_in_flight.set()


def _to_do(said: str) -> str:
    if "user_id property" not in said:
        return ""
    return (
        " Set VOYAGE_AMQP_USER to the user as RabbitMQ knows it, or to nothing, so that messages have none."
    )
