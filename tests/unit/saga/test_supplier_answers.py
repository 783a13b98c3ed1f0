"""Whatever a supplier's code returns or raises is an answer or a failed try."""

import asyncio
from typing import Any

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError

from saga.errors import REFUSED, UNAVAILABLE, SupplierRefusedError, SupplierUnavailableError
from saga.models import Booked
from saga.suppliers.supplier import SupplierCall
from tests.unit.saga.garages import KINDS, Garage, failure, raises, returns, run


class NoWordsError(Exception):
    def __str__(self) -> str:
        raise SystemExit(7)


class NoNumberError(SupplierUnavailableError):
    def __init__(self) -> None:
        """Forget to call the parent's."""


@pytest.mark.parametrize("kind", KINDS)
async def test_a_reference_is_a_text(kind: Any) -> None:
    assert await run(kind(returns("R-1"))) == Booked("R-1", 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "answer",
    [
        None,
        12345,
        "",
        "  ",
        "x" * 201,
        "5" * 5_000_000,
        "\ud800",
        "a\nb",
        b"R",
        ["R"],
        {"reference": "R"},
        object(),
    ],
    ids=lambda answer: repr(answer)[:20],
)
async def test_anything_else_is_no_reference_and_a_failed_try(kind: Any, answer: object) -> None:
    error = await failure(kind(returns(answer)))
    assert f"{kind.__name__}.book (car) answered without a reference" in error.message
    assert not error.non_retryable


EXCEPTIONS = [
    Exception(),
    KeyError("x"),
    NoWordsError(),
    NoNumberError(),
    RuntimeError("5" * 5_000_000),
    RuntimeError("\ud800 and \x1b[2J"),
    SystemExit(3),
    KeyboardInterrupt(),
    GeneratorExit(),
    StopIteration("over"),
    StopAsyncIteration(),
    asyncio.CancelledError("nobody asked"),
    ExceptionGroup("many", [ValueError("one"), ExceptionGroup("more", [KeyError("two")])]),
    BaseExceptionGroup("worse", [KeyboardInterrupt()]),
    ApplicationError("their own", {"a": object()}, type=REFUSED, non_retryable=True),
    activity._CompleteAsyncError(),  # noqa: SLF001 -- what raise_complete_async() raises
    MemoryError(),
    RecursionError(),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", [0, 1], ids=["book", "undo"])
@pytest.mark.parametrize("error", EXCEPTIONS, ids=lambda error: type(error).__name__)
async def test_whatever_it_raises_is_a_failed_try(kind: Any, which: int, error: BaseException) -> None:
    failed = await failure(kind(raises(error)), which)
    assert (failed.type, failed.non_retryable) == (UNAVAILABLE, False)
    assert kind.__name__ in failed.message
    assert "(car)" in failed.message


async def test_a_long_text_is_cut_and_says_so() -> None:
    error = await failure(Garage(raises(SupplierRefusedError("No. " * 2_000_000))))
    assert error.type == REFUSED
    assert error.message.startswith("No. No. ")
    assert error.message.endswith("cut: 8000000 characters]")


@pytest.mark.parametrize("pause", [float("inf"), float("nan"), -1, 1e300, "soon", None, object()])
async def test_a_pause_that_cannot_be_kept_is_none_or_a_day(pause: Any) -> None:
    error = await failure(Garage(raises(SupplierUnavailableError("later", retry_after=pause))))
    delay = error.next_retry_delay
    assert delay is None or 0 <= delay.total_seconds() <= 86_400


async def test_a_call_that_cancels_its_own_task_is_a_failed_try() -> None:
    async def give_up(_: SupplierCall) -> str:
        task = asyncio.current_task()
        assert task
        task.cancel()
        return "R-1"

    assert "CancelledError" in (await failure(Garage(give_up))).message
