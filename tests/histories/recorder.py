"""A booking of one's own worker, and what Temporal remembers of it, written down for the replay."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle

from saga.models import BookingInput, BookingOutcome
from saga.workflows.booking import BookingWorkflow
from tests.poll import eventually
from tests.suppliers import RecordingSupplier

FOLDER = Path(__file__).parents[1] / "unit" / "histories"
TASK_QUEUE = "recording"
OF_THE_MACHINE = {"stackTrace", "workerVersion"}
Handle = WorkflowHandle[BookingWorkflow, BookingOutcome]


class Recorder:
    """Books on a worker of its own and writes down what Temporal remembers of it."""

    def __init__(self, client: Client, supplier: RecordingSupplier) -> None:
        self.client = client
        self.supplier = supplier

    async def book(
        self, name: str, trip: BookingInput, meanwhile: Callable[[Handle], Awaitable[None]], **given: Any
    ) -> str:
        """Record what becomes of a booking that is started with this `given` besides."""
        handle = await self.client.start_workflow(
            BookingWorkflow.run, trip, id=f"recorded-{name}", task_queue=TASK_QUEUE, **given
        )
        await meanwhile(handle)
        await handle.result()
        await self.save(name, handle.id)
        return handle.id

    async def save(self, name: str, workflow_id: str) -> None:
        handle = self.client.get_workflow_handle(workflow_id)
        await eventually("the workflow to end", lambda: self._ended(workflow_id))
        history = json.loads((await handle.fetch_history()).to_json())
        (FOLDER / f"{name}.json").write_text(json.dumps(without_the_machine(history), indent=1) + "\n")

    async def _ended(self, workflow_id: str) -> bool:
        return (await self.client.get_workflow_handle(workflow_id).describe()).close_time is not None

    async def begun(self, step: str) -> None:
        await self.supplier.begun(step).wait()
        self.supplier.started.clear()


def without_the_machine(history: Any) -> Any:
    """The history without what tells of the machine that recorded it; a replay doesn't look at that."""
    if isinstance(history, list):
        return [without_the_machine(item) for item in history]
    if isinstance(history, dict):
        return {key: without_the_machine(item) for key, item in history.items() if key not in OF_THE_MACHINE}
    return history
