"""What ends a command, by kind: the line that a person reads, and the exit code.

0 done · 1 not booked, nothing there by that name, or a requirement that is not met
2 usage, settings, files, servers, or a bug of ours · 3 no result in time, or stuck
130 Ctrl-C or SIGTERM · 141 whoever read the output has gone
"""

import asyncio
import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from traceback import extract_tb

from typer.exceptions import Abort, TyperException

from voyage.commands.interruption import CTRL_C
from voyage.commands.usage_words import usage_words
from voyage.errors import (
    CommandInterruptedError,
    DevstackError,
    NotFoundError,
    OutputError,
    SettingsError,
    StuckError,
    VoyageError,
)

DISTRIBUTION = "voyage-bridge"
"""What pip knows this project as: `voyage` is somebody else's."""
LONGEST_TEXT = 1000
Explain = Callable[[BaseException], str | None]


class Exit(IntEnum):
    """The exit codes of every command."""

    BOOKED = 0
    NOT_BOOKED = 1
    USAGE = 2
    NO_RESULT = 3
    INTERRUPTED = CTRL_C
    READER_GONE = 141


_CODES = {
    CommandInterruptedError: Exit.INTERRUPTED,
    NotFoundError: Exit.NOT_BOOKED,
    StuckError: Exit.NO_RESULT,
}


@dataclass(frozen=True)
class Ending:
    """How a command ends: its exit code, and what is said on standard error, if anything."""

    code: int
    text: str = ""
    is_bug: bool = False


def ending_of(error: BaseException, explain: Explain) -> Ending:
    """What an error means to whoever typed the command; of a group, the first that says what to do."""
    causes = list(_leaves(error))
    told = next((cause for cause in causes if isinstance(cause, VoyageError | TyperException)), causes[0])
    if isinstance(told, SystemExit):
        return Ending(told.code if isinstance(told.code, int) else 0)
    if isinstance(told, KeyboardInterrupt | Abort | asyncio.CancelledError):
        return Ending(Exit.INTERRUPTED, "interrupted. What it had sent before is not taken back.")
    if isinstance(told, VoyageError):
        return _ending_of_ours(told)
    if isinstance(told, TyperException):
        return Ending(Exit.USAGE, _usage(told))
    known = explain(told) or (_system(told) if isinstance(told, OSError) else None)
    return Ending(Exit.USAGE, one_line(known)) if known else Ending(Exit.USAGE, _bug(told), is_bug=True)


def _ending_of_ours(error: VoyageError) -> Ending:
    if isinstance(error, OutputError) and error.failure.errno == errno.EPIPE:
        return Ending(Exit.READER_GONE)
    if isinstance(error, DevstackError):  # a log, or commands to type
        return Ending(Exit.USAGE, str(error))
    code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), Exit.USAGE)
    return Ending(code, one_line(str(error)))


def missing_library(error: ModuleNotFoundError, extra: str) -> SettingsError:
    """What to install, for a module that isn't there."""
    wanted = f'"{DISTRIBUTION}[{extra}]"' if extra else DISTRIBUTION
    return SettingsError(
        f"{error.name} is not installed, which this command needs. Install it: pip install {wanted}"
    )


def one_line(text: str) -> str:
    """The text in one line of bearable length."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TEXT else f"{line[:LONGEST_TEXT]}…"


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _leaves(part)
    else:
        yield error


def _usage(mistake: TyperException) -> str:
    """What was wrong on the command line, and whom to ask; a command without arguments gets its help."""
    text, context = mistake.format_message(), getattr(mistake, "ctx", None)
    if type(mistake).__name__ == "NoArgsIsHelpError":
        return text
    text = one_line(usage_words(text, context and context.command))
    if not context:
        return text
    stop = "" if text.endswith((".", "?")) else "."
    return f"{text}{stop} See: {context.command_path} --help"


def _system(failure: OSError) -> str:
    """What the operating system would not do, and with which file."""
    if failure.errno in {errno.EMFILE, errno.ENFILE}:
        return (
            "No file descriptor is left (Too many open files). Raise this process's limit: ulimit -n, "
            "systemd's LimitNOFILE=, or a container's --ulimit nofile="
        )
    reason = failure.strerror or str(failure) or type(failure).__name__
    where = f"{failure.filename}: " if failure.filename else ""
    return f"{where}{reason}. Correct that, and run the command again."


def _bug(error: BaseException) -> str:
    try:
        said = str(error) or "no text"
    except Exception:  # noqa: BLE001 -- whatever is wrong with it, something must be said
        said = "no text"
    frames = extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    what = one_line(f"{type(error).__name__}: {said}")
    return f"this is a bug of ours: {what}{where}. Please report it; VOYAGE_LOG_LEVEL=debug shows more."
