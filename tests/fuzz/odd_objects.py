"""Exceptions and values that break whoever looks at them."""

from collections.abc import Generator
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from saga.errors import REFUSED, SupplierUnavailableError

CompleteAsyncError = activity._CompleteAsyncError  # noqa: SLF001 -- what raise_complete_async() raises


class NoTextError(Exception):
    def __str__(self) -> str:
        raise KeyboardInterrupt


class OddTextError(Exception):
    def __str__(self) -> str:
        return 5  # type: ignore[return-value]  # noqa: PLE0307 -- what is tried


class OddClassError(Exception):
    @property  # type: ignore[misc]  # what is tried
    def __class__(self) -> Any:
        raise ValueError("guess")


class ForgetfulError(SupplierUnavailableError):
    def __init__(self, *_: object) -> None:
        """Forget the parent's."""


class OddReference(str):
    """A text that breaks whoever looks at it."""

    __slots__ = ()

    def __len__(self) -> int:
        raise SystemExit(4)

    def isprintable(self) -> bool:
        raise GeneratorExit


class OddAwaitable:
    """Something that can be awaited, and then gives what no event loop takes."""

    def __await__(self) -> Generator[Any, None, str]:
        yield 7
        return "R-1"


def group(*args: Any) -> BaseException:
    return BaseExceptionGroup("many", [ValueError(*args), KeyboardInterrupt(), RuntimeError(*args)])


def their_own(*args: Any) -> BaseException:
    return ApplicationError("their own", *args, object(), type=REFUSED, non_retryable=True)


def named_at_length(*args: Any) -> BaseException:
    kind: type[Exception] = type("Long" * 100_000, (Exception,), {})
    return kind(*args)


def caused(*args: Any) -> BaseException:
    error = RuntimeError(*args)
    error.__cause__ = NoTextError()
    return error
