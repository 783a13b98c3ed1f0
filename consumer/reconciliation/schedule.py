"""The schedule by which Temporal looks for stopped bookings, whichever consumer happens to run it."""

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
)
from temporalio.common import Priority
from temporalio.service import RPCError, RPCStatusCode

from consumer.reconciliation.reconciliation_workflow import LONGEST_RUN, ReconciliationWorkflow
from consumer.settings import ConsumerSettings
from saga.errors import TEMPORAL
from saga.temporal.connection import rpc_failure
from saga.temporal.server_checks import REFUSED, RPC_TIMEOUT, not_permitted
from saga.temporal.server_limit import or_limited
from voyage.errors import UnmetRequirementError
from voyage.runtime.check_results import CheckResult, CheckState
from voyage.runtime.retry import retry_until_available

_LAST = Priority(priority_key=5)  # of 5: results of bookings wait on the same task queue


def id_of(settings: ConsumerSettings) -> str:
    """One schedule for each task queue of bookings."""
    return f"reconciliation-{settings.task_queue}"


def wanted_schedule(settings: ConsumerSettings) -> Schedule:
    """The schedule as these settings want it."""
    action = ScheduleActionStartWorkflow(
        ReconciliationWorkflow.run,
        args=[settings.task_queue, settings.reconciliation_interval],
        id=id_of(settings),
        task_queue=settings.reply_task_queue,
        static_summary="Look for bookings that were stopped from outside",
        execution_timeout=LONGEST_RUN,
        priority=_LAST,
    )
    every = ScheduleIntervalSpec(every=timedelta(seconds=settings.reconciliation_interval))
    # A run looks for an hour; those due meanwhile are skipped, so the next begins soon after its end.
    # One that was due while nobody was there need not be made up for: the next one looks back far enough.
    policy = SchedulePolicy(catchup_window=timedelta(seconds=10))
    return Schedule(action=action, spec=ScheduleSpec(intervals=[every]), policy=policy)


async def ensure(client: Client, settings: ConsumerSettings) -> None:
    """Make sure that Temporal reconciles these task queues, as these settings say; waits for the server.

    Raises `UnmetRequirementError` if we may not, which waiting does not fix.
    """

    async def create_or_update() -> None:
        try:
            if not await create(client, settings):
                handle, wanted = client.get_schedule_handle(id_of(settings)), wanted_schedule(settings)
                await handle.update(lambda _: ScheduleUpdate(schedule=wanted), rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status in REFUSED:
                raise UnmetRequirementError(str(not_permitted("reconciliation", error))) from error
            raise

    await retry_until_available(TEMPORAL, create_or_update, RPCError, rpc_failure)


async def create(client: Client, settings: ConsumerSettings) -> bool:
    """Create the schedule, unless it is there already; whether it was created."""
    try:
        await client.create_schedule(id_of(settings), wanted_schedule(settings), rpc_timeout=RPC_TIMEOUT)
    except ScheduleAlreadyRunningError:
        return False
    return True


@or_limited
async def check(name: str, client: Client, settings: ConsumerSettings) -> CheckResult:
    """Whether the schedule is there, not paused, and starts its workflows where our consumers poll."""
    schedule_id = id_of(settings)
    try:
        found = (await client.get_schedule_handle(schedule_id).describe(rpc_timeout=RPC_TIMEOUT)).schedule
    except RPCError as error:
        if error.status in REFUSED:
            return not_permitted(name, error)
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return CheckResult(
            name, CheckState.FAILED, "missing", "Run voyage-consumer doctor --fix, or start a consumer"
        )
    if found.state.paused:
        to_do = f"When its reason is gone: temporal schedule toggle --unpause --schedule-id {schedule_id}"
        return CheckResult(name, CheckState.FAILED, f"paused ({found.state.note or 'without a note'})", to_do)
    task_queue = getattr(found.action, "task_queue", None)
    if task_queue != settings.reply_task_queue:
        to_do = "Start a consumer with these settings, or correct VOYAGE_REPLY_TASK_QUEUE"
        return CheckResult(name, CheckState.FAILED, f"for another task queue, {task_queue}", to_do)
    every = ", ".join(f"{interval.every.total_seconds():g} s" for interval in found.spec.intervals)
    return CheckResult(name, CheckState.OK, f"every {every}")
