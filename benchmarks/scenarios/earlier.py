"""Two services as they were at an earlier commit."""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.scenarios.message import ROOT, SIMULATED, by_message, two_services
from benchmarks.scenarios.scenario import Scenario
from voyage import devstack

FIRST_COMMIT = "27224b1"
"""The first commit that booked by message and was measured."""


@asynccontextmanager
async def at_commit(servers: devstack.Servers, commit: str) -> AsyncIterator[Scenario]:
    """Run the code of the commit with today's libraries; this needs the history of the repository."""
    with tempfile.TemporaryDirectory(prefix="voyage-bench-") as folder:
        archive = subprocess.run(  # noqa: ASYNC221 -- nothing else runs yet
            ["git", "archive", commit],  # noqa: S607 -- the git of the machine
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
        )
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as code:
            code.extractall(folder, filter="data")
        # Before that setting, suppliers were simulated without it, and it is a name that nothing knew.
        names = Path(folder) / "docs" / "settings.md"
        named = names.exists() and "VOYAGE_SUPPLIERS" in names.read_text()
        variables = {"PYTHONPATH": folder, "PYTHONSAFEPATH": "1", **(SIMULATED if named else {})}
        programs = two_services(Path(folder))
        async with by_message(servers, "earlier", programs, variables=variables) as scenario:
            yield scenario
