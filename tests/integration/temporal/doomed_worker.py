"""`python -m … ADDRESS TASK_QUEUE LEG`: it books until it is asked for this leg."""

import asyncio
import sys

from temporalio.client import Client
from temporalio.worker import Worker

from saga.activities.book_and_undo import booking_activities
from saga.suppliers.supplier import SupplierCall
from saga.workflows.booking import BookingWorkflow
from voyage.trips.tutorial import BookingRequest


class SilentFrom:
    """Books what comes before one leg."""

    def __init__(self, leg: str) -> None:
        self._leg = leg

    async def book(self, call: SupplierCall) -> str:
        sys.stdout.write(f"asked for {call.leg}\n")
        sys.stdout.flush()
        if call.leg == self._leg:
            await asyncio.Event().wait()
        return "R-1"

    async def undo(self, call: SupplierCall) -> None:
        raise NotImplementedError(call)


async def main(address: str, queue: str, leg: str) -> None:
    client = await Client.connect(address)
    activities = booking_activities(dict.fromkeys(BookingRequest.declared_legs, SilentFrom(leg)))
    await Worker(
        client,
        task_queue=queue,
        workflows=[BookingWorkflow],
        activities=activities,
        max_cached_workflows=0,  # so that Temporal looks for nobody else's worker first
    ).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
