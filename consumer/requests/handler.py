"""The way of one request: decide, do what was decided, and return when it is safe to ack."""

import logging
from contextlib import suppress
from copy import copy
from dataclasses import replace

from consumer.metrics import REQUESTS, Outcome
from consumer.replies.result_publisher import ResultPublisher
from consumer.reply_address import ReplyAddress, answerable
from consumer.requests.allowances import Allowances, refusal
from consumer.requests.dead_letters import NO_ROOM, DeadLetterPublisher
from consumer.requests.decision import Reject, Start, decide
from consumer.requests.start_or_join import Accepted, Conflict, Ended, WorkflowStarter
from consumer.requests.waiting_queues import WaitingQueues
from consumer.settings import ConsumerSettings
from publisher.amqp.message import Delivery
from publisher.contract import answers, identity
from voyage.runtime import logs

log = logging.getLogger(__name__)

REMEMBERED = 10_000
"""Answered messages that are not dead-lettered yet, among which another try is recognised."""


class RequestHandler:
    """Handles request messages, one call each; any number at a time."""

    def __init__(
        self,
        settings: ConsumerSettings,
        starter: WorkflowStarter,
        results: ResultPublisher,
        dead_letters: DeadLetterPublisher,
        allowances: Allowances,
        waiting: WaitingQueues,
    ) -> None:
        self._settings = settings
        self._allowances: Allowances | None = allowances
        self._waiting = waiting
        self._starter = starter
        self._results = results
        self._dead_letters = dead_letters
        self._answered: dict[tuple[str, str], None] = {}

    def decide(self, delivery: Delivery) -> Start | Reject:
        """What to do, by the message alone, and by whether its booking was seen running a moment ago."""
        decision = decide(delivery, self._settings)
        if isinstance(decision, Start) and self._starter.was_running(decision):
            return replace(decision, only_joins=True)
        return decision

    async def execute(self, decision: Start | Reject, delivery: Delivery) -> None:
        """Return when the message may be acked: its booking is durable, or its rejection is safe."""
        match decision:
            case Start() as start:
                allowances = self._allowances
                if allowances and await allowances.is_exceeded(start.owner):
                    of_many = allowances.has_many_waiting(start.owner)
                    await self.set_aside(start, delivery, of_many=of_many)
                else:
                    await self.start(start, delivery)
            case Reject() as reject:
                await self._reject(reject, delivery)

    @property
    def for_probes(self) -> "RequestHandler":
        """One that asks for nobody's quota."""
        probing = copy(self)
        probing._allowances = None  # noqa: SLF001 -- our own copy
        return probing

    async def refuse(self, decision: Start | Reject | None, delivery: Delivery, why: str) -> None:
        """Answer and dead-letter a message that can never become a booking for a reason nobody foresaw."""
        if decision:
            told, booking_id = decision.reply_address, decision.booking_id
        else:
            told, booking_id = answerable(delivery, self._settings), None
        reject = Reject(code="invalid", message=why, reply_address=told, booking_id=booking_id)
        await self._reject(reject, delivery)

    async def join_or_reject(self, start: Start, reject: Reject, delivery: Delivery) -> None:
        """Answer a request that must start nothing any more: by its booking, or else by this rejection."""
        answer = await self._starter.join(start)
        if answer is None:
            await self._reject(reject, delivery)
        else:
            await self._answer(answer, start, delivery)

    async def set_aside(self, start: Start, delivery: Delivery, *, of_many: bool) -> None:
        """Let a request beyond its owner's quota wait, or refuse it; with no room to wait, refuse it too.

        `of_many`: see `WaitingQueues.take`.
        """
        if self._settings.over_quota == "wait":
            with suppress(*NO_ROOM):
                await self._waiting.take(delivery, of_many=of_many)
                REQUESTS.labels(Outcome.WAITING).inc()
                return
        await self._reject(refusal(start, self._settings), delivery)

    async def start(self, start: Start, delivery: Delivery) -> None:
        """Start its booking, or answer by the one that is there; return when the message may be acked."""
        logs.bind(booking_id=start.booking_id, workflow_id=start.workflow_id)
        if start.owner:
            logs.bind(owner=start.owner)
        await self._answer(await self._starter.start(start), start, delivery)

    async def _answer(self, answer: Accepted | Ended | Conflict, start: Start, delivery: Delivery) -> None:
        match answer:
            case Ended(outcome):
                await self._results.send_outcome(outcome, start.reply_address, duplicate=True)
                REQUESTS.labels(Outcome.REPEATED).inc()
            case Conflict():
                why = f"booking_id: {start.booking_id!r} is taken by a booking with other details"
                await self._reject(start.rejected("conflict", why), delivery)
            case Accepted(joined):
                REQUESTS.labels(Outcome.JOINED if joined else Outcome.NEW).inc()
                log.debug("Booking %s", "joined" if joined else "started")

    async def _reject(self, reject: Reject, delivery: Delivery) -> None:
        """Answer, then dead-letter: what fails in between is tried again, and the sender hears once.

        Only a crash in between makes it hear twice, under one message id.
        """
        answer_id = identity.rejection_id(delivery.body, delivery.message_id, delivery.correlation_id)
        if address := reject.reply_address:
            await self._answer_once(reject, address, answer_id)
        await self._dead_letters.publish_or_set_aside(delivery, reject)
        if address:
            self._answered.pop((answer_id, address.reply_to), None)
        REQUESTS.labels(reject.code).inc()
        log.warning("Request %s rejected (%s) and dead-lettered", delivery.message_id, reject.code)

    async def _answer_once(self, reject: Reject, address: ReplyAddress, answer_id: str) -> None:
        if (answer_id, address.reply_to) in self._answered:
            return
        result = answers.rejection(reject.code, reject.message, reject.booking_id)
        await self._results.send_rejection(result, address, answer_id)
        self._answered[answer_id, address.reply_to] = None
        if len(self._answered) > REMEMBERED:
            del self._answered[next(iter(self._answered))]
