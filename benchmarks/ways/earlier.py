"""The whole way as an earlier version of this repository went it, from its own code at that commit."""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from benchmarks.ways.messages import by_several
from benchmarks.ways.way import Way
from voyage import devstack

FIRST_COMMIT = "27224b1"
"""The first one whose message way was complete and measured."""


def first_version(servers: devstack.Servers) -> AbstractAsyncContextManager[Way]:
    """Where this repository began."""
    return at_commit(servers, FIRST_COMMIT, "first")


@asynccontextmanager
async def at_commit(servers: devstack.Servers, commit: str, name: str) -> AsyncIterator[Way]:
    """Its consumer and worker, on the libraries of today; needs the repository's history."""
    with tempfile.TemporaryDirectory(prefix="voyage-bench-") as folder:
        archive = subprocess.run(  # noqa: ASYNC221 -- nothing else runs yet; git checks what it is given
            ["git", "archive", commit],  # noqa: S607 -- whichever git the machine has
            cwd=Path(__file__).parents[2],
            check=True,
            stdout=subprocess.PIPE,
        )
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as code:
            code.extractall(folder, filter="data")
        variables = {"PYTHONPATH": folder, "PYTHONSAFEPATH": "1"}
        async with by_several(servers, name, 1, variables) as way:
            yield way
