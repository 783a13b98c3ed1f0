"""Sending results: to the address that asked, or to the parked queue if that is gone."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from aio_pika import DeliveryMode, Message
from temporalio import activity

from consumer import identity
from consumer.addresses import Address
from consumer.answers import rejection, result_of
from consumer.arguments import PUBLISH_RESULT
from consumer.callers import Caller
from consumer.decision import Reject
from consumer.metrics import PARKED, RESULT_LAG, count_result, seconds_since
from publisher.control import STATUS_TYPE
from publisher.delivery import Delivery
from publisher.errors import UndeliverableError
from publisher.models import RESULT_TYPE, BookingResult
from publisher.publishing import ConfirmedPublisher
from publisher.settings import BrokerSettings
from saga.heartbeats import alive
from saga.models import BookingOutcome
from telemetry import logs, traces

log = logging.getLogger(__name__)


class Results:
    """Publishes results: persistent, mandatory, confirmed. Every method returns when RabbitMQ has them."""

    def __init__(self, publisher: ConfirmedPublisher, names: BrokerSettings) -> None:
        self._publisher = publisher
        self._names = names

    @activity.defn(name=PUBLISH_RESULT)
    async def publish_result(
        self,
        outcome: BookingOutcome,
        context: dict[str, Any],
        again: bool,  # noqa: FBT001 -- Temporal passes arguments by position
    ) -> None:
        """The last activity of a booking, called by the saga through its reply callback."""
        async with alive("waiting for RabbitMQ"):
            await self.answer(outcome, Caller.from_context(context), duplicate=again)
        RESULT_LAG.observe(seconds_since(activity.info().scheduled_time))

    async def answer(self, outcome: BookingOutcome, caller: Caller, *, duplicate: bool = False) -> None:
        """Tell a caller how its booking ended."""
        logs.about(booking_id=caller.booking_id)
        result = result_of(outcome, caller.booking_id, duplicate=duplicate)
        message_id = identity.answer_id(caller.booking_id, result.revision)
        await self._send(result, caller.address, message_id, caller.trace)

    async def status(self, result: BookingResult, caller: Caller) -> None:
        """Answer a status request."""
        await self._send(result, caller.address, uuid4().hex, caller.trace, kind=STATUS_TYPE)

    async def reject(self, reject: Reject, delivery: Delivery) -> None:
        """Tell a sender why its message can't become a booking; an address not allowed hears nothing."""
        if reject.answer_to:
            trace = Caller.of("", reject.answer_to, delivery).trace
            await self._send(rejection(reject), reject.answer_to, identity.rejection_id(delivery), trace)

    async def _send(
        self,
        result: BookingResult,
        to: Address,
        message_id: str,
        trace: Mapping[str, str],
        kind: str = RESULT_TYPE,
    ) -> None:
        with traces.publishing(to.reply_to, trace) as headers:
            await self._publish(result, to, message_id, headers, kind)
        if kind == RESULT_TYPE:
            count_result(result)

    async def _publish(
        self, result: BookingResult, to: Address, message_id: str, headers: Mapping[str, str], kind: str
    ) -> None:
        message = Message(
            result.to_body(),
            content_type="application/json",
            delivery_mode=DeliveryMode.PERSISTENT,
            type=kind,
            message_id=message_id,
            correlation_id=to.correlation_id,
            headers=dict(headers),
        )
        try:
            # RabbitMQ 3.10 returns a mandatory message to direct reply-to although it was delivered.
            await self._publisher.publish(message, to.reply_to, mandatory=not to.is_direct)
        except UndeliverableError:
            message.headers["x-reply-to"] = to.reply_to
            await self._publisher.publish(message, self._names.parked_queue)
            PARKED.inc()
            log.warning("Reply queue %s is gone: result parked in %s", to.reply_to, self._names.parked_queue)
