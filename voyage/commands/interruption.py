"""Ctrl-C and SIGTERM while a command runs, and when it has ended."""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

GRACE = 5.0  # seconds in which an interrupted command may close its connections
CTRL_C = 130


def raise_from_now_on() -> None:
    """Ctrl-C is a `KeyboardInterrupt` again, after the imports, and SIGTERM is the same."""
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:  # started with `&` by a script
        signal.signal(signal.SIGINT, signal.default_int_handler)


def ignore() -> None:
    """The command has ended; nothing is left to interrupt."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def end_within_grace(say: Callable[[], str]) -> threading.Timer:
    """End the process after `GRACE` seconds, unless the timer is cancelled: closing may hang on a server."""

    def end() -> None:
        _write(f"{say()}\n")
        os._exit(CTRL_C)

    timer = threading.Timer(GRACE, end)
    timer.daemon = True
    timer.start()
    return timer


def _write(text: str) -> None:
    with suppress(OSError):
        os.write(2, text.encode(errors="backslashreplace"))


def _as_ctrl_c(_number: int, _frame: FrameType | None) -> None:
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)
