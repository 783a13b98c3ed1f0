"""A process that may open too few files names what is missing, at its start and while it waits."""

from collections.abc import Mapping

import pytest

from tests.integration.commands.running import shell

pytestmark = pytest.mark.thorough

MOST_OPEN = 38
"""Of a consumer that is a worker too, under load; beyond its limit, Temporal's library panics."""


@pytest.mark.parametrize("limit", [20, MOST_OPEN])
@pytest.mark.parametrize("command", ["voyage-consumer", "voyage-worker", "voyage-consumer --with-worker"])
async def test_a_service_ends_at_once_and_says_what_is_missing(
    command: str, limit: int, environment: Mapping[str, str]
) -> None:
    code, said = await shell(f"ulimit -n {limit}; exec timeout 20 {command}", environment)

    assert (code, said.count("\n")) == (2, 1), said
    assert "Too many open files: " in said
    assert "ulimit -n" in said


@pytest.mark.parametrize(
    ("command", "first"), [("voyage results --count 1", 5), ("voyage-worker attention list", 6)]
)
async def test_a_command_blames_no_server(command: str, first: int, environment: Mapping[str, str]) -> None:
    """So many files are open that whatever comes next is one too many."""
    most = f'for n in $(seq {first} 30); do eval "exec $n</dev/null"; done 2>/dev/null'
    code, said = await shell(f"{most}; ulimit -n 31; exec timeout 20 {command}", environment)

    assert code == 2, said
    assert "Too many open files" in said
    assert "Start it" not in said
    assert "Traceback" not in said
