"""Any command as a process: odd settings, streams and signals; a documented exit code and no traceback."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from tests.fuzz.command_lines import ARGUMENTS, NOBODY
from tests.fuzz.hunting import Target, each
from tests.fuzz.setting_texts import VARIABLES
from tests.fuzz.texts import TEXTS
from voyage.commands.failures import Exit

BIN = Path(sys.executable).parent
WITHIN = 60.0  # seconds that a process may take once it was told to end
PROGRAMS = (
    ("voyage",),
    ("python", "-m", "publisher"),
    ("voyage-worker",),
    ("voyage-worker", "attention"),
    ("voyage-worker", "codec"),
    ("voyage-consumer",),
    ("voyage-consumer", "--with-worker"),
    ("python", "-m", "saga", "doctor"),
)
STREAMS = ("", ">/dev/full", ">&-", "2>&-", "<&- >&- 2>/dev/null", "| true")


@dataclass(frozen=True)
class Case:
    """A program with arguments and settings, where its output goes, and when it is told to end, and how."""

    program: tuple[str, ...]
    arguments: list[str]
    settings: dict[str, str]
    encoding: str
    streams: str
    number: signal.Signals
    after: float


def check(case: Case) -> None:
    """Run it and tell it to end, if it hasn't."""
    if (
        signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    ):  # hunting in the background, whose children ignore it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    words = [str(BIN / case.program[0]), *case.program[1:], *case.arguments]
    line = f'set -o pipefail; "$@" {case.streams}' if "|" in case.streams else f'exec "$@" {case.streams}'
    own = {**os.environ, **NOBODY, "PYTHONIOENCODING": case.encoding, **case.settings}
    with subprocess.Popen(  # noqa: S603 -- our own commands
        ["bash", "-c", line, "bash", *words],  # noqa: S607 -- bash is where it is
        env=own,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        _tell_to_end(process, case)
        try:
            said = process.communicate(timeout=WITHIN)[0].decode(errors="replace")
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError(f"it has not ended within {WITHIN:g} s") from None
    assert process.returncode in {*Exit, -case.number, 128 + case.number}, (process.returncode, said)
    assert "Traceback" not in said, said
    assert "bug of ours" not in said, said


def _tell_to_end(process: subprocess.Popen[bytes], case: Case) -> None:
    """Once its imports have begun: Python's own start is not ours."""
    begun = time.monotonic()
    while process.poll() is None and time.monotonic() - begun < WITHIN:
        children = Path(f"/proc/{process.pid}/maps")
        if "|" in case.streams or "_ssl" in _text(children):
            time.sleep(case.after if "|" not in case.streams else 3 + case.after)
            break
        time.sleep(0.02)
    if process.poll() is None:
        os.killpg(process.pid, case.number)


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:  # it has ended
        return "_ssl"


CASES = st.builds(
    Case,
    st.sampled_from(PROGRAMS),
    st.just([]) | ARGUMENTS.filter(lambda words: sum(map(len, words)) < 10_000),
    st.dictionaries(st.sampled_from(VARIABLES), TEXTS.filter(lambda text: len(text) < 10_000), max_size=1),
    st.sampled_from(["utf-8", "ascii", "latin-1:strict"]),
    st.sampled_from(STREAMS),
    st.sampled_from([signal.SIGINT, signal.SIGTERM]),
    st.floats(0, 2),
)
TARGET = Target("processes", CASES, each(check, "processes"), examples=4, shrinks=False)
