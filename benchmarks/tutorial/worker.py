"""The tutorial's worker, with the SDK's defaults (asyncio, sandbox, converter, pollers, slots)."""

import asyncio
import os

from temporalio.client import Client
from temporalio.worker import Worker

from benchmarks.tutorial.activities import ACTIVITIES
from benchmarks.tutorial.workflow import TutorialWorkflow


async def main() -> None:
    """Serve until terminated."""
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    worker = Worker(
        client,
        task_queue=os.environ["BENCH_TASK_QUEUE"],
        workflows=[TutorialWorkflow],
        activities=ACTIVITIES,
    )
    print("Worker started", flush=True)
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main())
