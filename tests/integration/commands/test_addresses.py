"""An address that can't be one ends each command with one line that names the variable, and exit code 2."""

from collections.abc import Mapping

import pytest

from tests.commands import run_to_the_end

BOTH = [("voyage-consumer",), ("voyage-consumer", "doctor")]
TEMPORAL = [*BOTH, ("voyage-worker",), ("voyage-worker", "attention", "list")]


@pytest.mark.parametrize("command", TEMPORAL, ids=" ".join)
@pytest.mark.parametrize("text", ["", "[fe80::1%eth0]:7233"])
async def test_no_address_of_temporal(
    text: str, command: tuple[str, ...], environment: Mapping[str, str]
) -> None:
    wrong = {**environment, "TEMPORAL_ADDRESS": text}
    code, _, said = await run_to_the_end(*command, environment=wrong)

    assert (code, said.count("\n")) == (2, 1), said
    assert said.startswith(f"{command[0]}: TEMPORAL_ADDRESS: takes host:port")


@pytest.mark.parametrize("command", [*BOTH, ("voyage", "results")], ids=" ".join)
@pytest.mark.parametrize("text", ["::1:5672", "amqp://a b:1/"])
async def test_no_address_of_rabbitmq(
    text: str, command: tuple[str, ...], environment: Mapping[str, str]
) -> None:
    code, _, said = await run_to_the_end(*command, environment={**environment, "AMQP_URL": text})

    assert (code, said.count("\n")) == (2, 1), said
    assert said.startswith(f"{command[0]}: AMQP_URL: not an address of RabbitMQ")
