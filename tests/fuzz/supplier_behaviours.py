"""What the code of a supplier may do, good and bad, as hypothesis draws it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from temporalio.exceptions import CancelledError

from saga.errors import SupplierRefusedError, SupplierUnavailableError
from saga.suppliers.supplier import SupplierCall
from tests.fuzz.odd_objects import (
    CompleteAsyncError,
    ForgetfulError,
    NoTextError,
    OddAwaitable,
    OddClassError,
    OddReference,
    OddTextError,
    caused,
    group,
    named_at_length,
    their_own,
)


@dataclass(frozen=True)
class Return:
    """Return a value."""

    value: Any

    def __call__(self, _: SupplierCall) -> Any:
        return self.value


@dataclass(frozen=True)
class Raise:
    """Raise an exception of this kind, with these arguments."""

    kind: Callable[..., BaseException]
    args: tuple[Any, ...] = ()

    def __call__(self, _: SupplierCall) -> Any:
        raise self.kind(*self.args)


@dataclass(frozen=True)
class CancelItself:
    """Cancel the task that it runs in, if it runs in one."""

    def __call__(self, _: SupplierCall) -> Any:
        asyncio.current_task().cancel()  # type: ignore[union-attr]  # AttributeError, if there is none
        return "R-1"


Find = Callable[[SupplierCall], "Plan"]
Called = Callable[[str, SupplierCall], None]
Act = Return | Raise | CancelItself


@dataclass(frozen=True)
class Plan:
    """What a supplier does at each try of a leg, the last act again and again; `plain` or async."""

    book: tuple[Act, ...]
    undo: tuple[Act, ...] = (Return(None),)
    plain: bool = False


SURROGATES = st.text(st.characters(), max_size=30)
TEXTS = st.one_of(SURROGATES, st.just(""), st.just("No. " * 1_250_000), st.just("\x1b[2J\x00\ud800"))
KINDS = st.sampled_from(
    [
        *(Exception, KeyError, ValueError, OSError, MemoryError, RecursionError, TimeoutError),
        *(StopIteration, StopAsyncIteration, SystemExit, KeyboardInterrupt, GeneratorExit),
        *(asyncio.CancelledError, CancelledError, CompleteAsyncError),
        *(NoTextError, OddTextError, OddClassError, ForgetfulError),
        *(SupplierRefusedError, SupplierUnavailableError, group, their_own, named_at_length, caused),
    ]
)
PAUSES = st.one_of(st.floats(0, 0.02), st.sampled_from([float("nan"), -1, "soon", object()]))
RAISED = st.one_of(
    st.builds(Raise, KINDS, st.tuples(TEXTS)),
    st.builds(Raise, st.just(SupplierUnavailableError), st.tuples(TEXTS, PAUSES)),
)
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.binary(max_size=20),
    st.lists(st.integers(), max_size=3), st.dictionaries(SURROGATES, st.none(), max_size=3),
    st.sampled_from([object(), Exception, OddReference("R-1"), OddAwaitable(), "x" * 201, "x" * 200, " "]),
)  # fmt: skip
RETURNED = st.builds(Return, VALUES)
GOOD = st.builds(Return, st.from_regex(r"[A-Z]{1,5}-[0-9]{1,9}", fullmatch=True))
ACTS: st.SearchStrategy[Act] = st.one_of(GOOD, GOOD, RAISED, RETURNED, st.just(CancelItself()))
PLANS = st.builds(
    Plan,
    book=st.lists(ACTS, min_size=1, max_size=3).map(tuple),
    undo=st.lists(st.one_of(RETURNED, RETURNED, RETURNED, RAISED), min_size=1, max_size=2).map(tuple),
    plain=st.booleans(),
)


def supplier_of(find: Find, called: Called, *, plain: bool) -> Any:
    """A supplier that does what the plan of a call's booking and leg says; it tells `called` of each call."""

    def act(operation: str, call: SupplierCall) -> Any:
        called(operation, call)
        acts = getattr(find(call), operation)
        return acts[min(call.attempt, len(acts)) - 1](call)

    class Plain:
        def book(self, call: SupplierCall) -> Any:
            return act("book", call)

        def undo(self, call: SupplierCall) -> Any:
            return act("undo", call)

    class Async:
        async def book(self, call: SupplierCall) -> Any:
            answer = act("book", call)
            return await answer if isinstance(answer, Awaitable) else answer

        async def undo(self, call: SupplierCall) -> Any:
            return act("undo", call)

    return Plain() if plain else Async()
