"""Why a module with a trip can't be loaded: a name that leads nowhere, or a line in it that fails."""

from pathlib import Path
from traceback import extract_tb

TAKES = "It takes module:Class, or a module with one trip, that is installed or in the working directory"
_LOADERS = ("pkgutil.py", "importlib/__init__.py", "voyage/trips/loading.py")


def why(module: str, error: BaseException, where: str | None) -> str:
    """The cause and what to do about it; `where` is the module's file, if it was found."""
    if line := _line(error):
        return f"({_said(error)}, in {line}). Correct that line, and try again."
    of = f", of {where}" if where else ""
    if isinstance(error, ModuleNotFoundError) and not f"{module}.".startswith(f"{error.name}."):
        return f"({_said(error)}). Install what it imports."
    return f"({_said(error)}{of}). {TAKES}."


def _line(error: BaseException) -> str:
    """The line of somebody's own code at which it failed; empty if none was run."""
    if isinstance(error, SyntaxError):
        return f"{Path(error.filename or '?').name}, line {error.lineno}"
    frames = [
        frame
        for frame in extract_tb(error.__traceback__)
        if not frame.filename.startswith("<") and not frame.filename.endswith(_LOADERS)
    ]
    return f"{frames[-1].filename}, line {frames[-1].lineno}" if frames else ""


def _said(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}"
