"""Any command line, in this process: the documented exit code, no traceback, no bug of ours, no hang."""

import io
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from unittest.mock import patch

from hypothesis import strategies as st

from tests.fuzz.hunting import Target, each
from tests.fuzz.texts import NUMBERS, TEXTS
from voyage.commands.failures import Exit
from voyage.commands.running import run

HANG = 30.0  # seconds
NOBODY = {"AMQP_URL": "amqp://127.0.0.1:1/", "TEMPORAL_ADDRESS": "127.0.0.1:1"}
COMMANDS = (
    ("book", "--car", "c", "--hotel", "h", "--flight", "f"),
    ("publish", "/dev/null"),
    ("publish", "-"),
    ("results",),
    ("cancel",),
    ("status",),
    ("asyncapi",),
    ("schema",),
    ("dead", "list"),
    ("dead", "show"),
    ("dead", "replay"),
    ("dead", "drop"),
    ("parked", "list"),
    ("parked", "show"),
    ("parked", "resend"),
    ("parked", "drop"),
)
WORDS = st.sampled_from(
    [
        "--car",
        "--hotel",
        "--flight",
        "--name",
        "--attempts",
        "--booking-id",
        "--deadline",
        "--timeout",
        "--watch",
        "--json",
        "--table",
        "--batch",
        "--count",
        "--queue",
        "--reason",
        "--id",
        "--all",
        "--dry-run",
        "--set",
        "--yaml",
        "--help",
        "request",
        "result",
        "book",
        "dead",
        "--",
        "-",
        "=",
    ]
)
ARGUMENTS = st.builds(
    lambda command, more: [*command, *more],
    st.sampled_from(COMMANDS) | st.just(()),
    st.lists(WORDS | NUMBERS | TEXTS, max_size=5),
)
SETTINGS = st.dictionaries(
    st.sampled_from(
        ["VOYAGE_RESULTS_QUEUE", "VOYAGE_PUBLISH_TIMEOUT", "VOYAGE_AMQP_CA", "VOYAGE_PREFECTH", "AMQP_URL"]
    ),
    TEXTS.filter(lambda text: "localhost" not in text),
    max_size=1,
)


class HangError(Exception):
    """A command has not ended in time."""


def check(case: tuple[list[str], dict[str, str]]) -> None:
    """Run it, with nobody at the other end."""
    arguments, variables = case
    with patch.dict(os.environ, {**NOBODY, **variables}), captured() as (out, err), ending_within(HANG):
        code = run("voyage", "publisher.cli.app", arguments=arguments)
    said = out.getvalue() + err.getvalue()
    assert code in set(Exit), code
    assert "Traceback" not in said, said
    assert "bug of ours" not in said, said
    assert code in {Exit.BOOKED, Exit.NOT_BOOKED} or err.getvalue(), "it says nothing"


@contextmanager
def captured() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """What is written to both streams; standard input is empty."""
    out, err, stdin = io.StringIO(), io.StringIO(), io.TextIOWrapper(io.BytesIO())
    with (
        patch.object(sys, "stdout", out),
        patch.object(sys, "stderr", err),
        patch.object(sys, "stdin", stdin),
    ):
        yield out, err


@contextmanager
def ending_within(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer; and leave signals, hooks and logs as they were."""

    def hang(_number: int, _frame: FrameType | None) -> None:
        raise HangError

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    before = [signal.getsignal(number) for number in numbers]
    hooks, handlers = (sys.unraisablehook, threading.excepthook), list(logging.root.handlers)
    signal.signal(signal.SIGALRM, hang)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
        sys.unraisablehook, threading.excepthook = hooks
        logging.root.handlers, logging.raiseExceptions = handlers, True


TARGET = Target("command lines", st.tuples(ARGUMENTS, SETTINGS), each(check, "command lines"), examples=60)
