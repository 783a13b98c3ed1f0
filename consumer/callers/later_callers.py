"""What the callers' workflow does: it waits for a booking's outcome, and tells a batch of callers."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from temporalio import activity
from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.service import RPCError, RPCStatusCode

from consumer.callers.later_callers_workflow import AWAIT, HEARTBEAT, TELL, Context, News
from consumer.replies.result_publisher import ResultPublisher
from consumer.reply_address import ReplyAddress
from consumer.temporal.booking_lookup import Closed, Running, look_up
from consumer.temporal.calls import QUERY_TIMEOUT, RPC_TIMEOUT
from saga.models import BookingOutcome
from saga.workflows.booking import BookingWorkflow
from saga.workflows.manual_intervention import entry_id

SIDE_BY_SIDE = 10


@dataclass(frozen=True)
class LaterCallers:
    """The activities behind `LaterCallersWorkflow`."""

    client: Client
    results: ResultPublisher

    @activity.defn(name=AWAIT)
    async def await_booking(self, booking: str, told: int) -> News:
        """The outcome of a booking if it has one with a higher revision than was told, or has ended.

        Else it fails, and Temporal asks again.
        """
        match await look_up(self.client, booking):
            case Closed(outcome=outcome):
                return News(outcome, is_last=True)
            case Running() if since := await self._needs_a_person_since(booking):
                outcome = await self._outcome_before_the_end(booking)
                if outcome and outcome.revision > told:
                    return News(outcome, is_last=False, was_known=since < activity.info().scheduled_time)
            case Running():
                pass
            case _:
                activity.logger.warning("%s is gone: nobody knows what to tell its callers", booking)
                return News(None, is_last=True)
        raise ApplicationError(f"{booking} still runs", category=ApplicationErrorCategory.BENIGN)

    @activity.defn(name=TELL)
    async def publish_results(
        self,
        outcome: BookingOutcome,
        contexts: list[Context],
        again: bool,  # noqa: FBT001 -- Temporal passes arguments by position
    ) -> None:
        """Tell each caller; one that can't be told delays no other, and is tried again without them."""
        told: set[int] = set(*activity.info().heartbeat_details[:1])
        turns = asyncio.Semaphore(SIDE_BY_SIDE)

        async def tell(number: int) -> None:
            async with turns:
                address = ReplyAddress.from_context(contexts[number])
                await self.results.send_outcome(outcome, address, duplicate=again)
                told.add(number)

        missing = set(range(len(contexts))) - told
        with _telling_temporal(told):
            telling = asyncio.gather(*map(tell, missing), return_exceptions=True)
            failures = await self.results.unless_away(telling)
        if missing - told:
            raise ApplicationError(
                f"{len(missing - told)} of {len(contexts)} can't be told: {next(filter(None, failures))!r}"
            )

    async def _needs_a_person_since(self, booking: str) -> datetime | None:
        """When a booking that runs became known to have failed, and told its callers."""
        try:
            entry = self.client.get_workflow_handle(entry_id(booking))
            return (await entry.describe(rpc_timeout=RPC_TIMEOUT)).start_time
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise

    async def _outcome_before_the_end(self, booking: str) -> BookingOutcome | None:
        handle = self.client.get_workflow_handle_for(BookingWorkflow.run, booking)
        with suppress(RPCError, WorkflowQueryFailedError):
            return await handle.query(BookingWorkflow.outcome, rpc_timeout=QUERY_TIMEOUT)
        return None


@contextmanager
def _telling_temporal(told: set[int]) -> Iterator[None]:
    """Heartbeat while the block runs, with who was told: another try tells only the others."""

    async def beat() -> None:
        while True:
            activity.heartbeat(sorted(told))
            await asyncio.sleep(HEARTBEAT.total_seconds() / 5)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        activity.heartbeat(sorted(told))
