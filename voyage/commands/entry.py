"""Where every command begins. It imports next to nothing before a signal ends it with a line.

As process 1 of a container, it would never hear of a SIGTERM that it does not handle. In Python's own start
no code of ours runs; the image blocks both signals until then, which keeps them.
"""

import os
import signal


def run_command(name: str, module: str, extra: str = "") -> None:
    """Run the typer application `app` of a module, and end the process; no traceback leaves it.

    Exit codes: those of the command itself, and those of `voyage.commands.failures`. The module may have a
    function `explain`, which words the errors of its libraries, and one `prepare`, which gets the arguments
    before the environment is checked. `extra` is what it needs of the distribution.
    """

    def end(_number: int, _frame: object) -> None:
        try:
            os.write(2, f"{name}: interrupted before it began.\n".encode())
        finally:
            os._exit(130)

    for number in (signal.SIGTERM, signal.SIGINT):
        if signal.getsignal(number) != signal.SIG_IGN:  # else somebody wants it ignored
            signal.signal(number, end)
    if hasattr(signal, "pthread_sigmask"):  # not on Windows
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM, signal.SIGINT))
    from voyage.commands import running  # noqa: PLC0415 -- only now can it be interrupted without a traceback

    running.run_to_the_end(name, module, extra)
