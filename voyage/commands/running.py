"""Running a command: its import, a check of the environment, and whatever it raises as a line and a code."""

import atexit
import logging
import os
import sys
import threading
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from voyage.commands import interruption, streams
from voyage.commands.failures import Ending, Exit, Explain, ending_of, missing_library
from voyage.commands.variables import check_variables

_ASKED = {"--help", "--version"}
OURS = ("console", "publisher", "saga", "consumer", "voyage", "examples")


def run_to_the_end(name: str, module: str, extra: str) -> NoReturn:
    """Run it and end the process, without taking the interpreter down; what was registered for exit runs.

    A thread of Temporal's SDK that just brought an answer may still hold on to it, and then Python aborts
    ("PyGILState_Release") instead of ending.
    """
    code: int = Exit.USAGE
    try:
        streams.prepare()
        code = run(name, module, extra)
        interruption.ignore()
        atexit._run_exitfuncs()  # noqa: SLF001 -- the only way to run them without the rest
        streams.flush(sys.stdout)
    finally:
        os._exit(code)


def run(name: str, module: str, extra: str = "", arguments: Sequence[str] | None = None) -> int:
    """The exit code of the command in this module, which has printed what there was to say.

    `arguments` are those of the process, unless others are given.
    """
    given = sys.argv[1:] if arguments is None else arguments
    explain: Explain = _nothing
    keep_quiet(debug := os.environ.get("VOYAGE_LOG_LEVEL", "").lower() == "debug")
    try:
        loaded = load(module, extra)
        explain = getattr(loaded, "explain", _nothing)
        interruption.raise_from_now_on()
        if _ASKED.isdisjoint(given) and not any(key.endswith("_COMPLETE") for key in os.environ):
            getattr(loaded, "prepare", _nothing)(given)
            check_variables(os.environ)
        code = loaded.app(list(given), prog_name=name, standalone_mode=False)
        sys.stdout.flush()
        ending = _ended(code)
    except BaseException as error:  # noqa: BLE001 -- nothing may leave a command but a line and a code
        ending = ending_of(error, explain)
        if debug and ending.is_bug:
            traceback.print_exception(error)
    _complain(name, ending)
    return ending.code


def keep_quiet(debug: bool) -> None:  # noqa: FBT001 -- asked once, above
    """Let nothing print a traceback by itself, unless somebody looks for a bug."""
    logging.raiseExceptions = debug
    if not debug:
        sys.unraisablehook = _drop
        threading.excepthook = _drop


def load(module: str, extra: str) -> Any:
    """Import a module of ours; raises `SettingsError`, which says what to install, for a missing library."""
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in OURS:
            raise
        raise missing_library(missing, extra) from None


def _ended(code: object) -> Ending:
    if code == Exit.INTERRUPTED:  # typer has caught it
        return ending_of(KeyboardInterrupt(), _nothing)
    return Ending(code if isinstance(code, int) else 0)


def _complain(name: str, ending: Ending) -> None:
    if ending.text:
        is_help = "\n" in ending.text and ending.text.lstrip().startswith("Usage:")
        sys.stderr.write(f"{ending.text}\n" if is_help else f"{name}: {ending.text}\n")
    streams.flush(sys.stderr)


def _nothing(_: object) -> None:
    return None


def _drop(_: object) -> None:
    return None
