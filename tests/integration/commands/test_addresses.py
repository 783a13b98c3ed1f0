"""An address that can't be one ends each command with one line that names the variable, and exit code 2."""

import signal
from asyncio.subprocess import Process
from collections.abc import Mapping

import pytest

from tests.commands import run_to_the_end
from tests.integration.commands.running import NOBODY, interrupted

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


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("voyage", "results"), "RabbitMQ at amqp://[::1]:1/ can't be used"),
        (("voyage-worker", "attention", "list"), "Temporal at [::1]:1 does not answer"),
        (("voyage-consumer", "doctor"), "RabbitMQ at amqp://[::1]:1/ can't be used"),
        (("voyage-worker", "doctor"), "Temporal at [::1]:1 does not answer"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
async def test_ipv6_is_shown_in_brackets(
    command: tuple[str, ...], says: str, environment: Mapping[str, str]
) -> None:
    away = {**environment, "AMQP_URL": "amqp://[::1]:1/", "TEMPORAL_ADDRESS": "[::1]:1"}
    _, printed, said = await run_to_the_end(*command, environment=away)
    assert says in " ".join((printed + said).split())


async def test_ipv6_of_a_health_port_is_shown_in_brackets(environment: Mapping[str, str]) -> None:
    async def listens(process: Process) -> bool:
        assert process.stderr
        return b"Health and metrics on http://[::1]:" in await process.stderr.readline()

    own = {**environment, **NOBODY, "VOYAGE_HEALTH_HOST": "::1", "VOYAGE_HEALTH_PORT": "0"}
    await interrupted("voyage-worker", when=listens, environment=own, number=signal.SIGTERM)
