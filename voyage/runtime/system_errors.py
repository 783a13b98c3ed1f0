"""What the operating system says when something can't be done, and above all: no file descriptor is left."""

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path

from voyage.errors import UnmetRequirementError

RAISE_IT = "Raise its limit: ulimit -n, systemd's LimitNOFILE=, or a container's --ulimit nofile="
_LEAST_FREE = 40  # a consumer that is a worker too opens 32 more, and those that its suppliers need
_LACKING = {errno.EMFILE, errno.ENFILE}
_TEXT = re.compile(r"Too many open files|os error (?:23|24)\b")
_TLS = re.compile(r"\[SSL: (\w+)\]")
_NOT_OF_TLS = {"WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}
_NO_TLS = "what answers there doesn't speak TLS"
_NUMBER = re.compile(r"\[Errno (\d+)\]")


def lacks_descriptors(failure: BaseException) -> bool:
    """Whether this came of a process that may open no more files; libraries hide that deep inside."""
    return any(
        (isinstance(cause, OSError) and cause.errno in _LACKING) or _TEXT.search(str(cause))
        for cause in causes(failure)
    )


def no_descriptors(for_what: str) -> str:
    """What is missing, and what to do."""
    return f"No file descriptor is left for {for_what} (Too many open files). {RAISE_IT}."


def require_descriptors() -> None:
    """Raise `UnmetRequirementError` if this process may open too few files to work."""
    import resource  # noqa: PLC0415 -- Windows has none, and only a client there

    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = len(list(Path("/dev/fd").iterdir()))
    if limit != resource.RLIM_INFINITY and limit - taken < _LEAST_FREE:
        raise UnmetRequirementError(
            f"Too many open files: {taken} of at most {limit} file descriptors are taken, "
            f"and {_LEAST_FREE} more are needed. {RAISE_IT}."
        )


def reason_of(failure: BaseException) -> str:
    """Why, in the system's words: without error numbers, and without addresses in Python's notation."""
    if of_tls := _TLS.search(str(failure)):
        return _NO_TLS if of_tls[1] in _NOT_OF_TLS else of_tls[1].lower().replace("_", " ")
    number = failure.args[0] if failure.args else None
    if isinstance(number, int) and number in errno.errorcode:
        return os.strerror(number)
    if isinstance(number, int) and len(failure.args) > 1:  # of a name that can't be resolved
        return str(failure.args[1])
    said = str(failure).partition("\n")[0]
    numbers = dict.fromkeys(int(found) for found in _NUMBER.findall(said))
    if isinstance(failure, TimeoutError) and not said:
        return "no answer in time"
    return ", ".join(map(os.strerror, numbers)) or said or type(failure).__name__


def causes(failure: BaseException) -> Iterator[BaseException]:
    """The failure and all that it came of."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [failure]
    while waiting:
        cause = waiting.pop()
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [cause.__cause__, cause.__context__]
        if isinstance(cause, BaseExceptionGroup):
            waiting += cause.exceptions
