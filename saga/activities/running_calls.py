"""A call to a supplier while it runs: what it raises is caught, its time is taken, and it can be cut off."""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Any

from temporalio import activity

from saga.activities import unfinished_calls
from saga.errors import SupplierUnavailableError
from saga.suppliers.plain_methods import AsyncSupplier
from saga.suppliers.supplier import SupplierCall

log = logging.getLogger(__name__)

_GRACE = 1.0
STOPPED = "No answer before the worker had to stop"
_GOES_ON = (
    "goes on although its try has ended: an async method must end when it is cancelled, "
    "a plain one needs a timeout of its own"
)
_abandoned: set[asyncio.Task[Any]] = set()


@dataclass(frozen=True)
class Answer:
    """What a supplier's method returned or, if it has one, what it raised."""

    value: object = None
    error: BaseException | None = None


async def guarded(supplier: AsyncSupplier, operation: str, call: SupplierCall) -> Answer:
    """Call the supplier; nothing that it raises gets out, as `SystemExit` would end the event loop."""
    began = time.monotonic()
    try:
        return Answer(await getattr(supplier, operation)(call))
    except BaseException as error:  # noqa: BLE001 -- whatever it raises is a failed try
        return Answer(error=error)
    finally:
        unfinished_calls.took(operation, call, time.monotonic() - began)


async def ended(calling: asyncio.Task[Answer], seconds: float) -> bool:
    """Whether the call ended within so long, cancelled or not."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while not calling.done() and (left := until - loop.time()) > 0:
        try:
            await asyncio.wait([calling], timeout=left)
        except asyncio.CancelledError:
            if worker_stops():
                break
    return calling.done()


def worker_stops() -> bool:
    """Whether the activity was cancelled because its worker's grace is over."""
    details = activity.cancellation_details()
    return details is not None and details.worker_shutdown


async def cut_off(calling: asyncio.Task[Answer], who: str, why: str) -> Answer:
    """Its time is over: cancel the call, and take its answer only if it came just now."""
    calling.cancel()
    if await ended(calling, _GRACE):
        answer = answer_of(calling)
        if not answer.error:
            return answer
    else:
        log.warning("%s %s", who, _GOES_ON)
        _abandoned.add(calling)
        calling.add_done_callback(_abandoned.discard)
    return Answer(error=SupplierUnavailableError(why))


def answer_of(calling: asyncio.Task[Answer]) -> Answer:
    """What the ended call came to; one that has cancelled its own task has failed."""
    return Answer(error=asyncio.CancelledError()) if calling.cancelled() else calling.result()
