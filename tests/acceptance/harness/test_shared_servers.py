"""The servers that the processes of pytest-xdist share: started once, ended with the run."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.poll import eventually
from voyage.devstack.ports import speaks_amqp
from voyage.errors import DevstackError
from voyage.testing import shared_servers

pytestmark = pytest.mark.thorough

JOIN = """
import sys
from pathlib import Path
from voyage.testing import shared_servers
print(shared_servers.join(Path(sys.argv[1]), int(sys.argv[2])).amqp_url)
"""


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in shared_servers.NAMED:
        monkeypatch.delenv(name, raising=False)


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2].strip("/\n"))


async def test_whoever_comes_first_starts_them_and_all_end_with_the_run(tmp_path: Path) -> None:
    run = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE)
    both = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", JOIN, str(tmp_path), str(run.pid)), stdout=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    async with asyncio.timeout(100):
        urls = {(await process.communicate())[0].decode() for process in both}
    run.kill()
    await run.wait()

    assert len(urls) == 1
    [url] = urls
    await eventually("the broker's end", lambda: not speaks_amqp("127.0.0.1", port_of(url)))


def test_they_are_ended_by_whoever_began_the_run(tmp_path: Path) -> None:
    servers = shared_servers.join(tmp_path, os.getpid())
    assert speaks_amqp("127.0.0.1", port_of(servers.amqp_url))
    shared_servers.end(tmp_path)
    assert not speaks_amqp("127.0.0.1", port_of(servers.amqp_url))


def test_why_they_could_not_be_started_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AMQP_URL", "amqp://127.0.0.1:1/")
    with pytest.raises(DevstackError, match=r"^No broker answers at 127\.0\.0\.1:1, as AMQP_URL says\."):
        shared_servers.join(tmp_path, os.getpid())
    shared_servers.end(tmp_path)
