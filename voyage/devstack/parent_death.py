"""What a server owes the process that started it: to end with it."""

import ctypes
import signal
import sys
import threading
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def end_with_parent(number: signal.Signals = signal.SIGTERM) -> Callable[[], None] | None:
    """To be run in the new process: on Linux the kernel then ends it by this signal if we are killed.

    It acts when the thread that started the server ends, so only the main thread may ask for it.
    """
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, number)

    return ask
