"""What `voyage` says to a mistake, and how it helps: complaints, `--help`, completion."""

import asyncio
from pathlib import Path

import pexpect
import pytest

from tests.acceptance.conftest import World
from tests.acceptance.screens import TRIP_OPTIONS, VOYAGE, screen


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("bok",), "voyage: There is no command bok. Did you mean 'book'? See: voyage --help"),
        (("book", "--car", "c"), "voyage: --hotel must be given. See: voyage book --help"),
        (("dead", "drop"), "voyage: say which ones: --id, --reason or --all. "),
        (("publish", "nowhere.jsonl"), "voyage: Invalid value for FILE: "),
        ((*TRIP_OPTIONS, "h", "--attempts", "0"), "voyage: Invalid value for --attempts: "),
        (("results",), "voyage: RabbitMQ at amqp://localhost:1/ can't be used "),
    ],
)
async def test_a_mistake_is_one_line_that_says_what_to_do(
    booking: World, arguments: tuple[str, ...], complaint: str
) -> None:
    nowhere = {"AMQP_URL": "amqp://localhost:1/"}
    code, printed, complained = await booking.voyage(*arguments, environment=nowhere)

    assert (code, printed) == (2, "")
    assert complained.startswith(complaint)
    assert complained.count("\n") == 1


COMMANDS = (
    "",
    "book",
    "publish",
    "results",
    "cancel",
    "status",
    "asyncapi",
    "schema",
    "dead list",
    "dead show",
    "parked list",
    "parked show",
)


CLIENTS = [*COMMANDS, "dead", "dead replay", "dead drop", "parked", "parked resend", "parked drop"]
OF_WORKER = ["", "doctor", "codec", "attention", "attention list", "attention retry", "attention settle"]


@pytest.mark.parametrize(
    ("program", "command"),
    [
        *(("voyage", command) for command in CLIENTS),
        *(("voyage-worker", command) for command in OF_WORKER),
        *(("voyage-consumer", command) for command in ("", "doctor")),
    ],
)
async def test_help_fits_80_columns_and_has_examples(booking: World, program: str, command: str) -> None:
    code, seen = await screen(booking, *command.split(), "--help", program=program)
    lines = seen.splitlines()

    assert code == 0
    assert max(map(len, lines)) < 80
    assert "..." not in seen.replace("[ARGS]...", "")  # nothing is cut
    assert lines[lines.index("  Examples:") + 1].startswith(f"    {program} {command}".rstrip())


async def test_bash_completes_commands_and_options(booking: World, tmp_path: Path) -> None:
    def run() -> None:
        path = f"{Path(VOYAGE).parent}:{booking.environment['PATH']}"
        own = {**booking.environment, "PATH": path, "PS1": "$ ", "HOME": str(tmp_path), "TERM": "dumb"}
        bash = pexpect.spawn("bash", ["--norc", "--noprofile"], env=own, timeout=20, encoding="utf-8")
        bash.sendline('eval "$(voyage --show-completion)"; echo completion is "on"')
        bash.expect("completion is on")
        bash.send("voyage pub\t")
        bash.expect("voyage publish")
        bash.sendcontrol("u")
        bash.send("voyage book --wat\t")
        bash.expect("--watch")
        bash.sendcontrol("u")
        bash.sendline("exit")
        bash.expect(pexpect.EOF)
        bash.close()

    await asyncio.to_thread(run)
