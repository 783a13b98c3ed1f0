"""Tracebacks of the code that users bring along, their trips and suppliers: they belong in the log."""

import logging
import sys
from traceback import extract_tb

log = logging.getLogger(__name__)

_IMPORTING = ("importlib", "pkgutil.py", "<frozen ")


def log_traceback(named: str, error: BaseException, *, by: str) -> None:
    """Log how code that was named raised; nothing, if it isn't there or nothing of it ran.

    `by` is the file of whoever imported it. A terminal, or a command without a log, gets only its one line.
    """
    frames = (frame.filename for frame in extract_tb(error.__traceback__) if frame.filename != by)
    ran = any(not any(word in filename for word in _IMPORTING) for filename in frames)
    if ran and logging.root.handlers and not sys.stderr.isatty():
        log.error("%s can't be loaded: its code raises", named, exc_info=error)
