"""Our saga on the SDK's default worker: asyncio, sandbox, converter, pollers and slots as they come."""

import asyncio
import os

from temporalio.client import Client
from temporalio.worker import Worker

from saga.activities.legs import booking_activities
from saga.legs import LEGS
from saga.suppliers.simulated import SimulatedSupplier
from saga.workflows.booking import BookingWorkflow


async def main() -> None:
    """Serve until terminated."""
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    worker = Worker(
        client,
        task_queue=os.environ["VOYAGE_TASK_QUEUE"],
        workflows=[BookingWorkflow],
        activities=booking_activities({leg.name: SimulatedSupplier() for leg in LEGS}),
    )
    print("Worker ready", flush=True)
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main())
