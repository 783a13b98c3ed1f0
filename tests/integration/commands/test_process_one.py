"""Process 1 of a container hears only the signals that it handles: one in its first moments isn't lost."""

import asyncio
import json
import os
import re
import signal
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.documentation.pages import ROOT
from tests.integration.commands.running import BIN, NOBODY
from tests.poll import eventually

AS_ROOT = () if os.geteuid() == 0 else ("--user", "--map-root-user")
NAMESPACE = ("unshare", *AS_ROOT, "--pid", "--fork", "--kill-child")
ENDS_WITHIN = 30.0


@pytest.fixture(scope="module", autouse=True)
async def namespaces() -> None:
    trying = await asyncio.create_subprocess_exec(*NAMESPACE, "true", stderr=DEVNULL)
    if await trying.wait():
        pytest.skip("nobody may make a PID namespace here")


async def process_one(process: Process) -> int:
    """The process that is 1 in its namespace, once it is Python's."""

    def find() -> int:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        is_python = children and b"python" in Path(f"/proc/{children[0]}/cmdline").read_bytes()
        return int(children[0]) if is_python else 0

    return await eventually("process 1", find)


@pytest.mark.parametrize("seconds", [0.0, 0.4, 0.8])
@pytest.mark.parametrize("name", ["voyage-consumer", "voyage-worker"])
async def test_a_stop_in_the_first_second_is_heard(
    name: str, seconds: float, environment: Mapping[str, str]
) -> None:
    [entrypoint] = re.findall(r"^ENTRYPOINT (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    process = await asyncio.create_subprocess_exec(
        *NAMESPACE,
        *json.loads(entrypoint),
        str(BIN / name),
        env={**os.environ, **environment, **NOBODY},
        stdout=PIPE,
        stderr=PIPE,
    )
    own = await process_one(process)
    began = time.monotonic()
    await eventually("the moment to stop it", lambda: time.monotonic() - began >= seconds)
    os.kill(own, signal.SIGTERM)
    try:
        _, said = await asyncio.wait_for(process.communicate(), ENDS_WITHIN)
    except TimeoutError:
        os.kill(own, signal.SIGKILL)
        await process.communicate()
        raise
    assert process.returncode in {0, 130}, said
    assert b"Traceback" not in said
