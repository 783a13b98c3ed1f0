"""One call to a supplier, whatever its code does: it ends in time, with an answer or with a failed try."""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from saga.activities import supplier_outages, unfinished_calls
from saga.activities.failures import failed_try
from saga.activities.loop_watchdog import watch_loop
from saga.activities.unfinished_calls import Unfinished
from saga.errors import REFUSED, SupplierUnavailableError
from saga.suppliers.plain_methods import AsyncSupplier, name_of
from saga.suppliers.reference import RULE, describe, reference_in
from saga.suppliers.supplier import SupplierCall

log = logging.getLogger(__name__)

_GRACE = 1.0
_STOPPED = "No answer before the worker had to stop"
_GOES_ON = (
    "goes on although its try has ended: an async method must end when it is cancelled, "
    "a plain one needs a timeout of its own"
)
_abandoned: set[asyncio.Task[Any]] = set()


@dataclass(frozen=True)
class _Answer:
    """What a supplier's method returned or, if it has one, what it raised."""

    value: object = None
    error: BaseException | None = None


async def book(
    supplier: AsyncSupplier, call: SupplierCall, limit: float, first: float | None = None
) -> str | Unfinished:
    """The supplier's reference; raises `ApplicationError` for a refusal and for a failed try.

    A call that takes longer than `first` seconds goes on: the next try waits for its answer.
    """
    answer = await _ask(supplier, "book", call, limit, first)
    if isinstance(answer, Unfinished):
        return answer
    reference = reference_in(answer)
    if reference is None:
        who = _who(supplier, "book", call)
        text = f"{who} answered without a reference: {RULE}, {describe(answer)}"
        raise _told(SupplierUnavailableError(text), who, call) from None
    supplier_outages.answered(call)
    return reference


async def undo(
    supplier: AsyncSupplier, call: SupplierCall, limit: float, first: float | None = None
) -> Unfinished | None:
    """Undo; raises and goes on as `book` does."""
    answer = await _ask(supplier, "undo", call, limit, first)
    if isinstance(answer, Unfinished):
        return answer
    supplier_outages.answered(call)
    return None


async def _ask(
    supplier: AsyncSupplier, operation: str, call: SupplierCall, limit: float, first: float | None
) -> object:
    """What the supplier's method returned; a call goes on if the activity is cancelled meanwhile.

    A call cut off half-way may still book at the supplier after its undo has run. Only a worker that has to
    stop cuts one off: the try has failed, and the next one has the same idempotency key.
    """
    if first is not None and unfinished_calls.is_slow(operation, call, first):
        return Unfinished.NOT_BEGUN
    watch_loop(_guarded)
    left = unfinished_calls.take_up(operation, call) if activity.info().attempt == 1 else None
    calling = left or asyncio.create_task(_guarded(supplier, operation, call))
    who = _who(supplier, operation, call)
    if first is not None and not await _ended(calling, min(first, limit)):
        unfinished_calls.leave(operation, call, calling, limit)
        return Unfinished.GOES_ON
    if await _ended(calling, limit):
        answer = _answer_of(calling)
    else:
        why = _STOPPED if _worker_stops() else f"No answer within {limit:g} s"
        answer = await _cut_off(calling, who, why)
    if answer.error:
        raise _told(answer.error, who, call) from None
    return answer.value


async def _guarded(supplier: AsyncSupplier, operation: str, call: SupplierCall) -> _Answer:
    """Call the supplier; nothing that it raises gets out, as `SystemExit` would end the event loop."""
    began = time.monotonic()
    try:
        return _Answer(await getattr(supplier, operation)(call))
    except BaseException as error:  # noqa: BLE001 -- whatever it raises is a failed try
        return _Answer(error=error)
    finally:
        unfinished_calls.took(operation, call, time.monotonic() - began)


async def _ended(calling: asyncio.Task[_Answer], seconds: float) -> bool:
    """Whether the call ended within so long, cancelled or not."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while not calling.done() and (left := until - loop.time()) > 0:
        try:
            await asyncio.wait([calling], timeout=left)
        except asyncio.CancelledError:
            if _worker_stops():
                break
    return calling.done()


def _worker_stops() -> bool:
    """Whether the activity was cancelled because its worker's grace is over."""
    details = activity.cancellation_details()
    return details is not None and details.worker_shutdown


async def _cut_off(calling: asyncio.Task[_Answer], who: str, why: str) -> _Answer:
    """Its time is over: cancel the call, and take its answer only if it came just now."""
    calling.cancel()
    if await _ended(calling, _GRACE):
        answer = _answer_of(calling)
        if not answer.error:
            return answer
    else:
        log.warning("%s %s", who, _GOES_ON)
        _abandoned.add(calling)
        calling.add_done_callback(_abandoned.discard)
    return _Answer(error=SupplierUnavailableError(why))


def _answer_of(calling: asyncio.Task[_Answer]) -> _Answer:
    """What the ended call came to; one that has cancelled its own task has failed."""
    return _Answer(error=asyncio.CancelledError()) if calling.cancelled() else calling.result()


def _told(error: BaseException, who: str, call: SupplierCall) -> ApplicationError:
    """The failure for Temporal; the supplier's words also go into the heartbeat, unless it is a final no."""
    info = activity.info()
    failure = failed_try(error, who, info.attempt)
    supplier_outages.failed(failure, error, who, call)
    if failure.type != REFUSED and not info.is_local:
        text = f"try {call.attempt} of {call.attempts} failed: {failure.message}"
        activity.heartbeat(text, info.attempt)
    return failure


def _who(supplier: AsyncSupplier, operation: str, call: SupplierCall) -> str:
    return f"{name_of(supplier)}.{operation} ({call.leg})"
