"""`python -m … ADDRESS TASK_QUEUE`: a worker whose hotel fails once and then is silent, until its kill."""

import asyncio
import sys

from temporalio.client import Client
from temporalio.worker import Worker

from saga.activities.book_and_undo import booking_activities
from saga.errors import SupplierUnavailableError
from saga.suppliers.supplier import SupplierCall
from saga.workflows.booking import BookingWorkflow
from voyage.trips.tutorial import BookingRequest


class SilentHotel:
    """Books cars; of hotels it says that it is closed, and then nothing."""

    async def book(self, call: SupplierCall) -> str:
        if call.leg != "hotel":
            return "R-1"
        if call.attempt > 1:
            await asyncio.Event().wait()
        raise SupplierUnavailableError("Closed")

    async def undo(self, call: SupplierCall) -> None:
        raise NotImplementedError(call)


async def main(address: str, queue: str) -> None:
    client = await Client.connect(address)
    activities = booking_activities(dict.fromkeys(BookingRequest.declared_legs, SilentHotel()))
    worker = Worker(
        client,
        task_queue=queue,
        workflows=[BookingWorkflow],
        activities=activities,
        max_cached_workflows=0,  # so that Temporal looks for nobody else's worker first
    )
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
