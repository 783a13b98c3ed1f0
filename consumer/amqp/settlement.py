"""Settling one message: executed or refused, and acked; or not yet, and whom that concerns."""

import logging
from contextlib import suppress
from typing import Generic

from aio_pika.abc import AbstractIncomingMessage

from consumer.amqp.circuit_breaker import CircuitBreaker
from consumer.amqp.message_handler import D, MessageHandler
from consumer.amqp.subscription import CHANNEL_LOST
from consumer.errors import StillWaitingError, TemporalCallError
from consumer.reply_address import trace_of
from publisher.amqp.message import Delivery
from publisher.amqp.suspects import CHANNEL_FAILURES
from publisher.errors import BrokerError, MessageRefusedError, PublishingError, PublishTimeoutError
from saga.errors import DecryptionError
from voyage.errors import VoyageError
from voyage.failures import Failure
from voyage.runtime import tracing
from voyage.runtime.awaiting import library_calls

log = logging.getLogger(__name__)

RETRY = 1.0  # seconds before a message in flight is tried again; they double up to
RETRY_LIMIT = 30.0
BUSY_TRIES = 8  # after which a server that is too busy for one message has refused it: about two minutes
UNFORESEEN = "Voyage can't handle this message; its operators find it among the dead letters"


def pause_before(tries: int) -> float:
    """Seconds before a message is tried again that was tried so many times."""
    return float(min(RETRY * 2 ** min(tries, 10), RETRY_LIMIT))


class Settlement(Generic[D]):
    """Settles the messages of one queue, any number at a time.

    A failure belongs to one message, or it opens the circuit for all: see `consumer.failures`.
    """

    def __init__(self, queue: str, handler: MessageHandler[D], circuit: CircuitBreaker) -> None:
        self._queue = queue
        self._handler = handler
        self._circuit = circuit

    def decide(self, delivery: Delivery) -> D | None:
        """The handler's decision; None, and a traceback in the log, if it can't decide."""
        try:
            return self._handler.decide(delivery)
        except Exception:
            log.exception("Message %s can't be decided on: it is refused", delivery.message_id)
            return None

    async def settle(
        self, message: AbstractIncomingMessage, delivery: Delivery, decision: D | None, tries: int
    ) -> bool:
        """Execute or refuse, and ack; False if that may work later, but not now.

        Raises `StillWaitingError` if it must be returned to its queue.
        """
        why = UNFORESEEN
        try:
            if decision is not None:
                with tracing.consuming(self._queue, trace_of(delivery)), library_calls():
                    await self._handler.execute(decision, delivery)
                self._circuit.succeeded()
                return await _ack(message)
        except StillWaitingError:
            raise
        except TemporalCallError as error:
            if self._waits_for_temporal(error, delivery, tries):
                return False
            why = f"Temporal refuses it: {error}"
        except MessageRefusedError as error:
            log.warning("Message %s can't be answered: %s", delivery.message_id, error)
            why = str(error)
        except (BrokerError, PublishingError, DecryptionError, *CHANNEL_FAILURES) as error:
            log.warning("Message %s waits: %s", delivery.message_id, error)
            if not _is_given_up(error, tries):
                return False
            why = str(error)
        except Exception as error:
            log.exception("Message %s can't be handled: it is refused", delivery.message_id)
            why = f"{UNFORESEEN} ({type(error).__name__})"
        return await self._refuse(message, delivery, decision, why, tries)

    def _waits_for_temporal(self, error: TemporalCallError, delivery: Delivery, tries: int) -> bool:
        match error.failure:
            case Failure.AWAY:
                self._circuit.failed(error)
            case Failure.LIMITED:
                log.debug("Message %s waits: %s", delivery.message_id, error)
            case Failure.BUSY if tries < BUSY_TRIES:
                log.warning("Message %s waits: %s", delivery.message_id, error)
            case _:
                return False
        return True

    async def _refuse(
        self, message: AbstractIncomingMessage, delivery: Delivery, decision: D | None, why: str, tries: int
    ) -> bool:
        try:
            with library_calls():
                await self._handler.refuse(decision, delivery, why)
        except MessageRefusedError as error:
            log.warning("Message %s can't be kept with its reason: %s", delivery.message_id, error)
        except (BrokerError, PublishingError, *CHANNEL_FAILURES) as error:
            log.warning("Message %s waits to be refused: %s", delivery.message_id, error)
            if not _is_given_up(error, tries):
                return False
        except Exception:
            log.exception("Message %s can't even be refused: RabbitMQ dead-letters it", delivery.message_id)
        else:
            return await _ack(message)
        with suppress(*CHANNEL_LOST), library_calls():
            await message.reject(requeue=False)  # to the dead-letter queue that is an argument of its queue
        return True


def _is_given_up(error: Exception, tries: int) -> bool:
    """Whether a message has been tried often enough, for a reason that may well be its own."""
    its_own = not isinstance(error, VoyageError) or (
        isinstance(error, PublishTimeoutError) and error.is_suspect
    )
    return its_own and tries >= BUSY_TRIES


async def _ack(message: AbstractIncomingMessage) -> bool:
    # On a channel that is gone: the broker delivers it again, and its id makes that harmless.
    with suppress(*CHANNEL_LOST), library_calls():
        await message.ack()
    return True
