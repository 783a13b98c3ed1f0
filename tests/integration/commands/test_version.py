"""`--version`, also where the environment can't be used."""

import pytest

from tests.commands import run_to_the_end
from voyage.commands.version import installed


@pytest.mark.parametrize("command", ["voyage", "voyage-console", "voyage-consumer", "voyage-worker"])
async def test_each_command_says_its_version(command: str) -> None:
    code, printed, said = await run_to_the_end(command, "--version", environment={"VOYAGE_NOPE": "1"})

    assert (code, printed, said) == (0, f"voyage-bridge {installed()}\n", "")
