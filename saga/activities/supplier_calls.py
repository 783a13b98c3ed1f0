"""One call to a supplier, whatever its code does: it ends in time, with an answer or with a failed try."""

import asyncio

from temporalio import activity
from temporalio.exceptions import ApplicationError

from saga.activities import supplier_outages, unfinished_calls
from saga.activities.failures import failed_try
from saga.activities.loop_watchdog import watch_loop
from saga.activities.running_calls import STOPPED, answer_of, cut_off, ended, guarded, worker_stops
from saga.activities.unfinished_calls import Unfinished
from saga.errors import REFUSED, SupplierUnavailableError
from saga.suppliers.plain_methods import AsyncSupplier, name_of
from saga.suppliers.reference import RULE, describe, reference_in
from saga.suppliers.supplier import SupplierCall


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
    watch_loop(guarded)
    left = unfinished_calls.take_up(operation, call) if activity.info().attempt == 1 else None
    calling = left or asyncio.create_task(guarded(supplier, operation, call))
    who = _who(supplier, operation, call)
    if first is not None and first < limit and not await ended(calling, first):
        unfinished_calls.leave(operation, call, calling, limit)
        return Unfinished.GOES_ON
    if await ended(calling, limit):
        answer = answer_of(calling)
    else:
        why = STOPPED if worker_stops() else f"No answer within {limit:g} s"
        answer = await cut_off(calling, who, why)
    if answer.error:
        raise _told(answer.error, who, call) from None
    return answer.value


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
