"""What the doctors find, as a script reads it."""

import json
from dataclasses import dataclass

from tests.acceptance.conftest import World

CONSUMER, WORKER = "voyage-consumer", "voyage-worker"


@dataclass
class Report:
    """The exit code of a doctor, and its findings by name."""

    code: int
    states: dict[str, str]
    found: dict[str, str]
    to_do: dict[str, str]

    def of(self, state: str) -> set[str]:
        """The names of the findings in a state."""
        return {name for name, found in self.states.items() if found == state}


async def doctor(world: World, command: str = CONSUMER, *options: str, **environment: str) -> Report:
    """Run a doctor to its end; it complains of nothing but in its findings."""
    code, printed, complained = await world.command(
        command, "doctor", "--json", *options, environment=environment
    )
    assert not complained
    findings = [json.loads(line) for line in printed.splitlines()]
    by_name = ({each["name"]: each[key] for each in findings} for key in ("state", "found", "to_do"))
    return Report(code, *by_name)
