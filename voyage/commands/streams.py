"""Standard output and error that take any text, may be closed, and whose failures are errors of ours."""

import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import TextIO, cast

from voyage.errors import OutputError


class Output(TextIOWrapper):
    """Standard output; what can't be written raises `OutputError`."""

    def write(self, text: str) -> int:
        """Write, or raise `OutputError`."""
        try:
            return super().write(text)
        except OSError as failure:
            raise OutputError(failure) from failure

    def flush(self) -> None:
        """Flush, or raise `OutputError`."""
        try:
            super().flush()
        except OSError as failure:
            raise OutputError(failure) from failure


class Complaints(TextIOWrapper):
    """Standard error; what can't be written is lost, as nobody can be told."""

    def write(self, text: str) -> int:
        """Write what can be written."""
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Flush what can be written."""
        with suppress(OSError):
            super().flush()


def prepare() -> None:
    """Make the process's own streams so; a closed one leads nowhere. An unknown character is escaped."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), "w" if number else "r"))
    sys.stdout = _wrapped(sys.stdout, Output)
    sys.stderr = _wrapped(sys.stderr, Complaints)


def flush(stream: TextIO) -> None:
    """Write what is still held back; a failure was told when it happened."""
    with suppress(OSError, OutputError, ValueError):
        stream.flush()


def _wrapped(stream: TextIO, kind: type[TextIOWrapper]) -> TextIO:
    plain = cast(TextIOWrapper, stream)
    encoding, interactive = plain.encoding, plain.line_buffering
    return kind(plain.detach(), encoding=encoding, errors="backslashreplace", line_buffering=interactive)
