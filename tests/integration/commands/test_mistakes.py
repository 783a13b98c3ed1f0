"""A mistake is one line that says what to do, and exit code 2."""

import asyncio
from collections.abc import Mapping

import pytest

from tests.commands import run_to_the_end
from tests.integration.commands.running import (
    TRIP,
)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("status", ""), "voyage: Invalid value for ID: "),
        (("status", "x" * 300), "voyage: Invalid value for ID: "),
        (("status", b"\xff"), "voyage: Invalid value for ID: "),
        (("cancel", ""), "voyage: Invalid value for ID: "),
        (("cancel", "x", "--reason", "x" * 1500), "voyage: Invalid value for --reason: "),
        (("results", "--queue", "x" * 300), "voyage: Invalid value for --queue: "),
        (("results", "--queue", ""), "voyage: Invalid value for --queue: "),
        (("results", "--queue", "test.nope"), "voyage: RabbitMQ: NOT_FOUND - no queue 'test.nope' in vhost "),
        (("book", *TRIP, "--booking-id", ""), "voyage: Invalid value for --booking-id: "),
        (("book", *TRIP, "--name", b"\xff"), "voyage: Invalid value for --name: "),
        (("book", *TRIP, "--timeout", "nan"), "voyage: Invalid value for --timeout: takes "),
        (("book", *TRIP, "--timeout", "inf"), "voyage: Invalid value for --timeout: takes "),
        (
            ("book", *TRIP, "--deadline", "9999-12-31T23:59:59-01:00"),
            "voyage: Invalid value for --deadline: ",
        ),
        (("publish", "/dev/null"), "/dev/null: There is no request in it.\n"),
        (("publish", "/"), "voyage: Invalid value for FILE: /: Is a directory"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_mistake_is_told_with_exit_code_2(
    arguments: tuple[str, ...], said: str, environment: Mapping[str, str]
) -> None:
    code, printed, complained = await run_to_the_end("voyage", *arguments, environment=environment)

    assert (code, printed) == (2, "")
    assert complained.startswith(said)
    assert complained.count("\n") == 1 + complained.startswith("/dev/null")


@pytest.mark.parametrize("what", ["replay", "drop"])
@pytest.mark.parametrize("which", [("--id", "nope"), ("--reason", "nope"), ("--id", "nope", "--dry-run")])
async def test_a_selection_that_matches_nothing_is_an_error(
    what: str, which: tuple[str, ...], environment: Mapping[str, str]
) -> None:
    code, _, said = await run_to_the_end("voyage", "dead", what, *which, environment=environment)

    assert (code, said.count("\n")) == (1, 1)
    there = "See what is there: voyage dead list"
    assert said == f"voyage: No dead letter has the {which[0][2:]} 'nope'. {there}\n"


async def test_the_tutorials_door_on_a_port_that_is_taken(environment: Mapping[str, str]) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    code, _, said = await run_to_the_end(
        "python", "-m", "examples.http", "--port", str(port), environment=environment
    )
    server.close()

    assert code == 2
    assert said == (
        f"examples.http: can't listen on 127.0.0.1:{port} (address already in use). "
        "Give another --port or --host.\n"
    )


async def test_a_demo_that_cannot_write_its_traces() -> None:
    code, _, said = await run_to_the_end("python", "-m", "examples.demo", "--traces", "/nope/x")

    assert (code, said.count("\n")) == (2, 1)
    assert "can't write /nope/x (No such file or directory)" in said
