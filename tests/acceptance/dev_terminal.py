"""`voyage dev` in a terminal (a pty)."""

import asyncio
import re
import signal
from pathlib import Path

import pexpect
import psutil

from tests.acceptance.conftest import World
from tests.acceptance.screens import VOYAGE
from tests.poll import eventually

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class DevTerminal:
    """`voyage dev`, and what it has written to a terminal so far."""

    def __init__(self, world: World, folder: Path, *options: str) -> None:
        own = {**world.environment, "COLUMNS": "200", "TERM": "xterm-256color"}
        self._child = pexpect.spawn(
            VOYAGE,
            ["dev", *options],
            env=own,
            cwd=str(folder),
            timeout=60,
            encoding="utf-8",
            preexec_fn=hear_ctrl_c,
        )
        self.said = ""

    async def says(self, text: str) -> str:
        """What it says until then, this included, without colours."""
        try:
            await asyncio.to_thread(self._child.expect_exact, text)
        except (pexpect.TIMEOUT, pexpect.EOF) as never:
            raise AssertionError(f"never said {text!r}, but:\n{self._child.before}") from never
        now = COLOURS.sub("", f"{self._child.before}{text}").replace("\r\n", "\n")
        self.said += now
        return now

    def processes(self) -> list[psutil.Process]:
        """What it has started, and itself."""
        itself = psutil.Process(self._child.pid)
        return [itself, *itself.children(recursive=True)]

    async def ends_by(self, number: signal.Signals) -> None:
        """It ends by this signal, and so does all that it has started."""
        processes = self.processes()
        assert len(processes) >= 3
        self._child.kill(number)
        await asyncio.to_thread(self._child.expect, pexpect.EOF)
        self.said += self._child.before or ""
        self._child.close()
        await eventually("nothing left", lambda: not any(map(alive, processes)))

    @property
    def code(self) -> int | None:
        return self._child.exitstatus

    def kill(self) -> None:
        """End all that a test that failed has left."""
        if self._child.isalive():
            for process in self.processes():
                process.kill()


def hear_ctrl_c() -> None:
    """Also if the tests run in the background, where it is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
