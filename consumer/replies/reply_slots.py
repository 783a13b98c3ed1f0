"""Slots for the activities that reply: none while no reply gets out, so that others are given them."""

import asyncio

from temporalio.worker import (
    CustomSlotSupplier,
    FixedSizeSlotSupplier,
    SlotMarkUsedContext,
    SlotPermit,
    SlotReleaseContext,
    SlotReserveContext,
    WorkerTuner,
)

SLOTS = 100
"""Of each kind, the SDK's own default."""


class ReplySlots(CustomSlotSupplier):
    """A worker polls with a slot in its hand: without one it polls no more. A poll that is out stays out."""

    def __init__(self, can_reply: asyncio.Event) -> None:
        self._can_reply = can_reply
        self._loop = asyncio.get_running_loop()
        self._free = asyncio.Semaphore(SLOTS)

    async def reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit:  # noqa: ARG002 -- the SDK's signature
        """As soon as replies get out and a slot is free."""
        while True:
            await self._can_reply.wait()
            await self._free.acquire()
            if self._can_reply.is_set():
                return SlotPermit()
            self._free.release()

    def try_reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit | None:  # noqa: ARG002
        """For eager activities, of which a reply is none: the workflows of bookings run elsewhere."""
        return None

    def mark_slot_used(self, ctx: SlotMarkUsedContext) -> None:
        """Nothing changes."""

    def release_slot(self, ctx: SlotReleaseContext) -> None:  # noqa: ARG002
        """Free it; called by a thread of the SDK."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._free.release)


def tuner(can_reply: asyncio.Event) -> WorkerTuner:
    """For the worker that replies."""
    return WorkerTuner.create_composite(
        workflow_supplier=FixedSizeSlotSupplier(SLOTS),
        activity_supplier=ReplySlots(can_reply),
        local_activity_supplier=FixedSizeSlotSupplier(SLOTS),
        nexus_supplier=FixedSizeSlotSupplier(SLOTS),
    )
