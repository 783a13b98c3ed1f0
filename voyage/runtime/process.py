"""What every process of ours does alike: log as it is set, and stop when it is told to."""

import asyncio
import atexit
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import stamina.instrumentation
import typer
from structlog.typing import Processor

from voyage.errors import StuckError, VoyageError
from voyage.runtime import logs
from voyage.runtime.health import STUCK_EXIT_CODE
from voyage.runtime.settings import RuntimeSettings

T = TypeVar("T")

OURS = ("consumer", "publisher", "saga", "voyage")


def set_up_logging(settings: RuntimeSettings, *more: Processor) -> None:
    """Log as the settings say, with `more` added to each line; callers log their own retries."""
    logs.set_up(settings, OURS, more)
    stamina.instrumentation.set_on_retry_hooks([])


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def unless_stopped(stop: asyncio.Event, work: Awaitable[T]) -> T | None:
    """The result of `work`, or None if `stop` is set first; `work` is then cancelled."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        return working.result()
    working.cancel()
    return None


def run_command(name: str, command: Callable[[], object]) -> None:
    """Run it; an error of ours is one line and exit code 2, or 3 for a `StuckError`."""
    with _exit_at_once():
        try:
            command()
        except VoyageError as error:
            typer.echo(f"{name}: {error}", err=True)
            sys.exit(STUCK_EXIT_CODE if isinstance(error, StuckError) else 2)


@contextmanager
def _exit_at_once() -> Iterator[None]:
    """End the process with the exit code of the block, without taking the interpreter down.

    A thread of Temporal's SDK that just brought an answer may still hold on to it, and then Python aborts
    ("PyGILState_Release") instead of ending. What was registered to run at exit runs.
    """
    code: int | str | None = 0
    try:
        yield
    except SystemExit as ended:
        code = ended.code
    atexit._run_exitfuncs()  # noqa: SLF001 -- the only way to run them without the rest
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(bool(code)))
