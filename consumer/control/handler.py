"""Doing what control messages ask for: cancel a booking, tell how it stands."""

import logging
from contextlib import suppress
from dataclasses import replace

from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError

from consumer.control import waiting
from consumer.control.cancellation import BookingCanceller
from consumer.control.decision import AskStatus, Cancel, Drop, decide_control
from consumer.metrics import CONTROL, ControlOutcome
from consumer.replies import result_mapping
from consumer.replies.result_publisher import ResultPublisher
from consumer.settings import ConsumerSettings
from consumer.temporal import unowned
from consumer.temporal.booking_lookup import Closed, Running, look_up
from consumer.temporal.calls import QUERY_TIMEOUT, temporal_calls
from consumer.temporal.shown_starts import ShownStarts
from publisher.amqp.message import Delivery
from publisher.contract import answers
from publisher.contract.result import BookingResult
from saga.models import LegOutcome
from saga.workflows.booking import BookingWorkflow

log = logging.getLogger(__name__)


class ControlHandler:
    """Handles control messages, one call each; any number at a time."""

    def __init__(
        self, settings: ConsumerSettings, client: Client, results: ResultPublisher, starts: ShownStarts
    ) -> None:
        self._settings = settings
        self._client = client
        self._canceller = BookingCanceller(client, settings, starts)
        self._results = results

    def decide(self, delivery: Delivery) -> Cancel | AskStatus | Drop:
        """What to do, by the message alone."""
        return decide_control(delivery, self._settings)

    async def execute(self, decision: Cancel | AskStatus | Drop, delivery: Delivery) -> None:
        """Return when the message may be acked: what it asks for is durable, or answered."""
        match decision:
            case Cancel() as cancel:
                outcome = await self._canceller.cancel(
                    cancel.workflow_id, cancel.reason, cancel.reply_address
                )
                if outcome and cancel.reply_address:
                    await self._results.send_outcome(outcome, cancel.reply_address, duplicate=True)
                CONTROL.labels(ControlOutcome.CANCEL).inc()
            case AskStatus() as ask:
                heard = await self._results.send_status(await self._status(ask), ask.reply_address)
                CONTROL.labels(ControlOutcome.STATUS if heard else ControlOutcome.UNHEARD).inc()
            case Drop(why) as drop:
                await self.refuse(drop, delivery, why)

    @property
    def for_probes(self) -> "ControlHandler":
        """This one."""
        return self

    async def refuse(self, decision: Cancel | AskStatus | Drop | None, delivery: Delivery, why: str) -> None:  # noqa: ARG002 -- all are dropped alike
        """Log and drop a control message that means nothing, as the contract says."""
        CONTROL.labels(ControlOutcome.DROPPED).inc()
        log.warning("Control message %s dropped: %s", delivery.message_id, why)

    async def _status(self, ask: AskStatus) -> BookingResult:
        booking_id = ask.reply_address.booking_id
        with temporal_calls():
            meant = await unowned.of_control(self._client, self._settings, ask.workflow_id)
            ask = replace(ask, workflow_id=meant)
            match await look_up(self._client, meant):
                case Closed(outcome=outcome) if outcome:
                    return result_mapping.result_of(outcome, booking_id)
                case Running() as running:
                    return await self._status_of_running(running, ask)
                case _:
                    return answers.unknown_booking(booking_id)

    async def _status_of_running(self, running: Running, ask: AskStatus) -> BookingResult:
        """The outcome if it is known already, else the legs; with no worker to ask, that it waits for one."""
        handle = self._client.get_workflow_handle_for(BookingWorkflow.run, ask.workflow_id)
        booking_id = ask.reply_address.booking_id
        legs: list[LegOutcome] = []
        told = answers.UNDER_WAY
        try:
            outcome = await handle.query(BookingWorkflow.outcome, rpc_timeout=QUERY_TIMEOUT)
            if outcome:
                return result_mapping.result_of(outcome, booking_id)
            if not running.is_early_cancel:
                legs = await handle.query(BookingWorkflow.legs, rpc_timeout=QUERY_TIMEOUT)
        except WorkflowQueryFailedError:  # its worker says so
            pass
        except RPCError:
            with suppress(RPCError):
                if not running.is_early_cancel:
                    legs, told = await waiting.without_a_worker(self._client, ask.workflow_id)
        if running.is_early_cancel:
            return answers.cancelled_before_request(booking_id)
        return answers.running_booking(booking_id, running.user_id, result_mapping.leg_results(legs), told)
