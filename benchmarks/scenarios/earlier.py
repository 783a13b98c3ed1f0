"""Voyage as it was at an earlier commit."""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from benchmarks.scenarios.message import ROOT, SIMULATED, Programs, by_message, two_services
from benchmarks.scenarios.scenario import Scenario
from publisher.broker_url import read
from voyage import devstack

FIRST_COMMIT = "27224b1"
"""The first commit that booked by message and was measured."""


@contextmanager
def code_of(commit: str) -> Iterator[Path]:
    """A folder with the code of the commit; this needs the history of the repository."""
    with tempfile.TemporaryDirectory(prefix="voyage-bench-") as folder:
        archive = subprocess.run(
            ["git", "archive", commit],  # noqa: S607 -- the git of the machine
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
        )
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as code:
            code.extractall(folder, filter="data")
        yield Path(folder)


@asynccontextmanager
async def at_commit(
    servers: devstack.Servers,
    commit: str,
    name: str = "earlier",
    programs: Callable[[Path], Programs] = two_services,
) -> AsyncIterator[Scenario]:
    """Run the code of the commit with today's libraries."""
    with code_of(commit) as folder:
        # Before that setting, suppliers were simulated without it, and it is a name that nothing knew.
        names = folder / "docs" / "settings.md"
        named = names.exists() and "VOYAGE_SUPPLIERS" in names.read_text()
        variables = {
            "AMQP_URL": str(read(servers.amqp_url)[0]),  # early ones know one node only
            "PYTHONPATH": str(folder),
            "PYTHONSAFEPATH": "1",
            **(SIMULATED if named else {}),
        }
        async with by_message(servers, name, programs(folder), variables=variables) as scenario:
            yield scenario
