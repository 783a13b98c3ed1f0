"""Histories of bookings with plans: groups, a leg that a worker lacks, one that can't be undone."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from temporalio.client import Client
from temporalio.worker import Worker

from saga.activities.book_and_undo import booking_activities
from saga.activities.tries import count_tries
from saga.activities.unserved import LeaveToOthers
from saga.models import BookingInput, BookingPolicy, ReplyCallback
from saga.workflows.booking import BookingWorkflow
from saga.workflows.manual_intervention import ManualInterventionWorkflow
from tests.histories.recorder import TASK_QUEUE, Handle, Recorder
from tests.poll import eventually
from tests.suppliers import RecordingSupplier
from voyage import Leg, Trip

WORKFLOWS = [BookingWorkflow, ManualInterventionWorkflow]
POLICY = BookingPolicy(retry_interval=0.1, undo_attempts=2, undo_budget=1)


class Safari(Trip):
    jeep: Annotated[str, Leg()]
    lodge: Annotated[str, Leg(together="stay")]
    guide: Annotated[str | None, Leg(together="stay")] = None
    voucher: Annotated[str, Leg(undo=False)]


class Balloon(Trip):
    balloon: Annotated[str, Leg()]


def trip(*more: Any, lodge: str = "l", guide: str = "g", voucher: str = "v", **given: Any) -> BookingInput:
    plan: list[Any] = [
        {"name": "jeep", "item": "j"},
        {"name": "lodge", "item": lodge, "together": "stay", "attempts": 50},
        {"name": "guide", "item": guide, "together": "stay"},
        *more,
        {"name": "voucher", "item": voucher, "undo": False},
    ]
    return BookingInput(book_user_id="jane-1", plan=plan, policy=POLICY, **{"attempts": 2, **given})


async def record_plans(client: Client, subscriber: ReplyCallback, reply: Any) -> None:
    """One for each way in which a plan can end a booking; `reply` is the subscriber's activity."""
    supplier = RecordingSupplier()
    recorder = Recorder(client, supplier)
    activities = [*booking_activities(dict.fromkeys(Safari.declared_legs, supplier), Safari), reply]

    async def nothing(_: Handle) -> None:
        """Let it run."""

    async def cancel(handle: Handle) -> None:
        await recorder.begun("book lodge")
        await handle.signal(BookingWorkflow.cancel, "no longer wanted")

    async def cancel_while_it_waits(handle: Handle) -> None:
        await eventually("it to wait", lambda: waits(handle))
        await handle.signal(BookingWorkflow.cancel, "no longer wanted")

    async def settle(handle: Handle) -> None:
        await eventually("the booking to need a person", lambda: handle.query(BookingWorkflow.outcome))
        await handle.signal(BookingWorkflow.retry_undo)
        await handle.signal(BookingWorkflow.settle, "by hand")

    worker = Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=WORKFLOWS,
        activities=activities,
        interceptors=[LeaveToOthers(Safari.declared_legs)],
    )
    async with worker:
        await recorder.book("plan-booked", trip(reply=subscriber), nothing)
        await recorder.book("plan-refused", trip(lodge="down", guide="invalid"), nothing)
        await recorder.book("plan-undo-impossible", trip(voucher="down"), settle)
        supplier.started.clear()
        await recorder.book("plan-cancelled", trip(lodge="down", reply=subscriber), cancel)
        soon = datetime.now(UTC) + timedelta(seconds=3)
        await recorder.book("plan-deadline", trip(lodge="down", deadline=soon), nothing)
        balloon = {"name": "balloon", "item": "b"}
        await recorder.book("plan-unserved-and-cancelled", trip(balloon), cancel_while_it_waits)
        with_balloon = booking_activities(dict.fromkeys(Balloon.declared_legs, supplier), Balloon)

        async def bring_a_worker(handle: Handle) -> None:
            await eventually("it to wait", lambda: waits(handle))
            another = await Client.connect(client.service_client.config.target_host)
            async with Worker(another, task_queue=TASK_QUEUE, activities=with_balloon):
                await handle.result()

        await recorder.book("plan-unserved-and-booked", trip(balloon), bring_a_worker)
    await record_cancel_with_the_end_of_one(client)


async def record_cancel_with_the_end_of_one(client: Client) -> None:
    """A cancel and the end of one leg of a group in one workflow task: both come while no worker takes it."""
    supplier = RecordingSupplier()
    waiting = {leg: supplier.hold(f"book {leg}") for leg in ("lodge", "guide")}
    recorder = Recorder(client, supplier)
    activities = booking_activities(dict.fromkeys(Safari.declared_legs, supplier), Safari)

    def workflow_worker() -> Worker:
        return Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=WORKFLOWS,
            activities=[count_tries],
            no_remote_activities=True,
            max_cached_workflows=0,
        )

    name = "plan-cancelled-with-the-end-of-a-leg"
    async with Worker(client, task_queue=TASK_QUEUE, activities=activities):
        async with workflow_worker():
            handle = await client.start_workflow(
                BookingWorkflow.run, trip(), id=f"recorded-{name}", task_queue=TASK_QUEUE
            )
            for leg in waiting:
                await supplier.begun(f"book {leg}").wait()
        await handle.signal(BookingWorkflow.cancel, "no longer wanted")
        waiting["lodge"].set()
        await eventually("the end of the lodge's call", lambda: pending(handle, 1))
        waiting["guide"].set()
        async with workflow_worker():
            await handle.result()
    await recorder.save(name, handle.id)


async def pending(handle: Handle, number: int) -> bool:
    return len((await handle.describe()).raw_description.pending_activities) == number


async def waits(handle: Handle) -> bool:
    events = (await handle.fetch_history()).events
    return any(event.HasField("timer_started_event_attributes") for event in events)
