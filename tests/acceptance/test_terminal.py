"""What a person sees: `voyage` in a real terminal (a pty), and what a program gets instead."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from uuid import uuid4

import pexpect
import pytest

from tests.acceptance.conftest import World
from tests.acceptance.messages import TRIP

VOYAGE = str(Path(sys.executable).parent / "voyage")
ESCAPE = "\x1b["
COLOUR = "\x1b[3"  # the colours of text, and 39, which ends them
TRIP_OPTIONS = ("book", "--car", "my-car", "--flight", "my-flight", "--hotel")


async def screen(
    world: World, *arguments: str, environment: Mapping[str, str] = MappingProxyType({})
) -> tuple[int, str]:
    """Run `voyage` in a terminal of 80 columns: exit code, and everything that was written to the screen."""

    def run() -> tuple[int, str]:
        own = {**world.environment, "TERM": "xterm-256color", **environment}
        child = pexpect.spawn(
            VOYAGE, list(arguments), env=own, dimensions=(24, 80), timeout=60, encoding="utf-8"
        )
        child.expect(pexpect.EOF)
        child.close()
        return child.exitstatus or 0, child.before or ""

    return await asyncio.to_thread(run)


async def test_watch_shows_the_legs_live_in_a_terminal(booking: World) -> None:
    code, seen = await screen(booking, *TRIP_OPTIONS, "slow-hotel", "--watch")

    assert code == 0
    assert seen.index("waits") < seen.index("being booked") < seen.index("hotel-")
    assert "Booked" in seen.splitlines()[-1]
    assert f"{ESCAPE}1A" in seen  # it moves the cursor up and draws again in place
    assert COLOUR in seen


async def test_watch_without_a_terminal_is_a_line_for_each_change(booking: World) -> None:
    code, printed, complained = await booking.voyage(*TRIP_OPTIONS, "slow-invalid-hotel", "--watch")
    lines = printed.splitlines()

    assert (code, complained) == (1, "")
    assert lines.index("hotel: being booked") < lines.index(
        "hotel: refused (Invalid hotel booking, rolling back!)"
    )
    assert "car: undone" in lines
    assert lines[-1].startswith("Cancelled ")
    assert lines[-1].endswith(": Invalid hotel booking, rolling back!")
    assert ESCAPE not in printed


async def test_watch_with_json_leaves_standard_output_to_the_result(booking: World) -> None:
    code, printed, complained = await booking.voyage(*TRIP_OPTIONS, "slow-hotel", "--watch", "--json")

    assert (code, json.loads(printed)["status"]) == (0, "booked")
    assert "hotel: being booked" in complained


async def test_watch_tells_a_rejection(booking: World) -> None:
    own = uuid4().hex
    await booking.voyage(*TRIP_OPTIONS, "my-hotel", "--booking-id", own)
    code, printed, _ = await booking.voyage(*TRIP_OPTIONS, "another", "--booking-id", own, "--watch")

    assert (code, printed.startswith("Rejected")) == (1, True)


async def test_results_as_a_table(booking: World, tmp_path: Path) -> None:
    trips = tmp_path / "trips.jsonl"
    own = [uuid4().hex for _ in range(2)]
    hotels = ("my-hotel", "invalid-hotel")
    rows = [{**TRIP, "booking_id": i, "hotel": hotel} for i, hotel in zip(own, hotels, strict=True)]
    trips.write_text("\n".join(map(json.dumps, rows)))
    _, printed, _ = await booking.voyage("publish", str(trips), "--json")
    assert [json.loads(line)["booking_id"] for line in printed.splitlines()] == own
    code, printed, _ = await booking.voyage(
        "results", "--count", "2", "--table", environment={"COLUMNS": "160"}
    )
    header, *lines = printed.splitlines()

    assert (code, header.split()) == (0, ["status", "booking", "user", "what"])
    assert any(line.split()[:2] == ["booked", own[0]] for line in lines)
    assert any(
        line.split()[:2] == ["cancelled", own[1]] and "hotel: Invalid hotel booking" in line for line in lines
    )
    assert ESCAPE not in printed


async def test_publish_shows_progress_with_rate_and_time_left(booking: World, tmp_path: Path) -> None:
    trips = tmp_path / "trips.jsonl"
    trips.write_text("\n".join(json.dumps({**TRIP, "hotel": "invalid"}) for _ in range(300)))
    code, seen = await screen(booking, "publish", str(trips))
    await booking.voyage("results", "--count", "300")

    assert code == 0
    assert "Publishing" in seen
    assert "300/300" in seen
    assert "/s time left" in seen.replace(f"{ESCAPE}0m", "").replace(f"{ESCAPE}31m", "")
    assert "300 requests published" in seen


@pytest.mark.parametrize("without", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
async def test_no_colours_where_they_are_not_wanted(booking: World, without: dict[str, str]) -> None:
    code, seen = await screen(booking, "status", "nobody", "--table", environment=without)

    assert (code, COLOUR in seen) == (1, False)
    assert "unknown_booking" in seen


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("bok",), "voyage: No such command 'bok'. Did you mean 'book'? See: voyage --help"),
        (("book", "--car", "c"), "voyage: Missing option '--hotel'. See: voyage book --help"),
        (("dead", "drop"), "voyage: Invalid value: say which ones: --id, --reason or --all. "),
        (("publish", "nowhere.jsonl"), "voyage: Invalid value for 'FILE': "),
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
)


@pytest.mark.parametrize("command", [*COMMANDS, "dead replay", "dead drop"])
async def test_help_fits_80_columns_and_has_examples(booking: World, command: str) -> None:
    code, seen = await screen(booking, *command.split(), "--help")
    lines = seen.splitlines()

    assert code == 0
    assert max(map(len, lines)) < 80
    assert "..." not in seen.replace("[ARGS]...", "")  # nothing is cut
    assert lines[lines.index("  Examples:") + 1].startswith(f"    voyage {command}".rstrip())


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
