"""Publishing results: to the address that asked, or to the parked queue if that is gone."""

import asyncio
import logging
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from aio_pika import DeliveryMode, Message
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from consumer.metrics import PARKED, RESULT_LAG, count_result, seconds_since
from consumer.replies.result_mapping import result_of
from consumer.reply_address import PUBLISH_RESULT, ReplyAddress
from consumer.temporal.intake import Intake
from publisher.amqp.confirmed_publisher import ConfirmedPublisher
from publisher.amqp.ownership import OWNER
from publisher.amqp.parked_result import REASON, REPLY_TO, REPLY_TO_GONE, TIME
from publisher.contract import identity
from publisher.contract.control import STATUS_TYPE
from publisher.contract.result import RESULT_TYPE, BookingResult
from publisher.errors import BrokerError, PublishingError, UndeliverableError
from publisher.settings import BrokerSettings
from saga.activities.heartbeat import heartbeating
from saga.models import BookingOutcome
from voyage.runtime import logs, tracing

log = logging.getLogger(__name__)
T = TypeVar("T")

PATIENCE = 1.0  # seconds without a connection after which a result is left to other consumers
AT_ONCE = timedelta(seconds=0.1)
GIVEN_BACK = "RabbitMQ is away from this consumer: another one may reply"


class ResultPublisher:
    """Publishes results: persistent, mandatory, confirmed. Every method returns when RabbitMQ has them."""

    def __init__(self, publisher: ConfirmedPublisher, names: BrokerSettings, intake: Intake) -> None:
        self._publisher = publisher
        self._intake = intake
        self._names = names

    @activity.defn(name=PUBLISH_RESULT)
    async def publish_result(
        self,
        outcome: BookingOutcome,
        context: dict[str, Any],
        again: bool,  # noqa: FBT001 -- Temporal passes arguments by position
    ) -> None:
        """The last activity of a booking, called by the saga through its reply callback."""
        address = ReplyAddress.from_context(context)
        logs.bind(booking_id=address.booking_id)
        sending = self.send_outcome(outcome, address, duplicate=again)
        async with heartbeating("waiting for RabbitMQ"):
            with _in_one_line():
                await self.unless_away(sending)
        about = activity.info()
        self._intake.ended((about.started_time - about.current_attempt_scheduled_time).total_seconds())
        RESULT_LAG.observe(seconds_since(about.scheduled_time))

    async def send_outcome(
        self, outcome: BookingOutcome, address: ReplyAddress, *, duplicate: bool = False
    ) -> None:
        """Tell an address how its booking ended."""
        logs.bind(booking_id=address.booking_id)
        result = result_of(outcome, address.booking_id, duplicate=duplicate)
        message_id = identity.answer_id(address.booking_id, result.revision, address.owner)
        await self._send(result, address, message_id)

    async def send_status(self, result: BookingResult, address: ReplyAddress) -> bool:
        """Answer a status request. False: who asked has gone, so the answer is dropped."""
        with tracing.publishing(address.reply_to, address.trace) as headers:
            try:
                await self._publish(_message(result, address, uuid4().hex, STATUS_TYPE, headers), address)
            except UndeliverableError:
                log.info("Reply queue %s is gone: the status that it asked for is dropped", address.reply_to)
                return False
        return True

    async def send_rejection(self, result: BookingResult, address: ReplyAddress, message_id: str) -> None:
        """Tell a sender why its message can't become a booking."""
        await self._send(result, address, message_id)

    @property
    def can_publish(self) -> asyncio.Event:
        """Set while there is a connection to RabbitMQ."""
        return self._publisher.connection.back

    async def unless_away(self, sending: Awaitable[T]) -> T:
        """Send; raises `ApplicationError` if the connection is lost and not there again soon.

        For an activity: Temporal then gives it to another consumer at once.
        """
        sending_now = asyncio.ensure_future(sending)
        lost = asyncio.ensure_future(self._publisher.connection.lost(PATIENCE))
        try:
            await asyncio.wait((sending_now, lost), return_when=asyncio.FIRST_COMPLETED)
            if not sending_now.done():
                raise ApplicationError(
                    GIVEN_BACK, category=ApplicationErrorCategory.BENIGN, next_retry_delay=AT_ONCE
                )
            return await sending_now
        finally:
            sending_now.cancel()
            lost.cancel()

    async def _send(self, result: BookingResult, address: ReplyAddress, message_id: str) -> None:
        with tracing.publishing(address.reply_to, address.trace) as headers:
            message = _message(result, address, message_id, RESULT_TYPE, headers)
            try:
                await self._publish(message, address)
            except UndeliverableError:
                await self._park(message, address)
        count_result(result)

    async def _publish(self, message: Message, address: ReplyAddress) -> None:
        # RabbitMQ 3.10 returns a mandatory message to direct reply-to although it was delivered.
        await self._publisher.publish(message, address.reply_to, mandatory=not address.is_direct)

    async def _park(self, message: Message, address: ReplyAddress) -> None:
        message.headers[REPLY_TO] = address.reply_to
        message.headers[REASON] = REPLY_TO_GONE
        message.headers[TIME] = datetime.now(UTC).isoformat()
        if address.owner:
            message.headers[OWNER] = address.owner
        parked = self._names.parked_queue
        await self._publisher.publish(message, parked)
        PARKED.inc()
        log.warning("Reply queue %s is gone: result parked in %s", address.reply_to, parked)


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Temporal tries again whatever RabbitMQ refuses: the first refusal is one line in the log."""
    try:
        yield
    except (BrokerError, PublishingError) as failure:
        if activity.info().attempt == 1:
            log.warning("A result waits: %s", failure)
        raise ApplicationError(
            str(failure), type=type(failure).__name__, category=ApplicationErrorCategory.BENIGN
        ) from None


def _message(
    result: BookingResult, address: ReplyAddress, message_id: str, kind: str, headers: Mapping[str, str]
) -> Message:
    return Message(
        result.to_body(),
        content_type="application/json",
        delivery_mode=DeliveryMode.PERSISTENT,
        type=kind,
        message_id=message_id,
        correlation_id=address.correlation_id,
        headers=dict(headers),
    )
