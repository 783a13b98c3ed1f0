"""Ctrl-C and SIGTERM at any moment: one line, exit code 130, and a word about what goes on."""

import asyncio
import json
import os
import re
import signal
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from pathlib import Path

import aio_pika
import pytest

from consumer.settings import ConsumerSettings
from tests.documentation.pages import ROOT
from tests.integration.commands.running import (
    BIN,
    LINE,
    NOBODY,
    TRIP,
    handles_signals,
    has_loaded,
    interrupted,
)
from tests.proxies.listening import listening


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("library", ["_pydantic_core", "_ssl"])
@pytest.mark.parametrize(
    "command",
    [
        ("voyage", "results"),
        ("python", "-m", "publisher", "results"),
        ("voyage-worker", "codec"),
        ("python", "-m", "consumer", "doctor"),
    ],
)
async def test_a_signal_while_it_is_imported_is_one_line(
    command: tuple[str, ...], library: str, number: signal.Signals, environment: Mapping[str, str]
) -> None:
    """Handled, so that it ends process 1 of a container too."""
    code, _, said = await interrupted(
        *command, when=has_loaded(library), environment={**environment, **NOBODY}, number=number
    )

    assert "Traceback" not in said
    assert code in {130, 2}  # 2: it was faster, and had found out that nobody is there
    assert said.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("option", ["--json", "--watch"])
async def test_an_interrupted_booking_tells_its_id_and_that_it_goes_on(
    option: str, number: signal.Signals, environment: Mapping[str, str], settings: ConsumerSettings
) -> None:
    async def is_sent(_: Process) -> bool:
        async with await aio_pika.connect(environment["AMQP_URL"]) as connection:
            channel = await connection.channel()
            try:
                queue = await channel.declare_queue(settings.requests_queue, passive=True)
            except aio_pika.exceptions.ChannelNotFoundEntity:
                return False
            return bool(queue.declaration_result.message_count)

    command = ("voyage", "book", *TRIP, "--booking-id", "mine", option)
    code, printed, said = await interrupted(*command, when=is_sent, environment=environment, number=number)

    assert (code, printed) == (130, "Booking mine\n" if option == "--watch" else "")
    assert said.startswith("voyage: interrupted. Booking mine goes on")
    assert said.count("\n") == 1


async def test_an_interrupted_publish_leaves_a_list_of_what_is_confirmed(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "many.jsonl"
    file.write_text("\n".join([LINE] * 20_000))
    process = await asyncio.create_subprocess_exec(
        str(BIN / "voyage"),
        "publish",
        str(file),
        "--json",
        env={**os.environ, **environment},
        stdout=PIPE,
        stderr=PIPE,
    )
    assert process.stdout
    first = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))  # told while it goes
    process.send_signal(signal.SIGINT)
    printed, said = await asyncio.wait_for(process.communicate(), 30)
    lines = [first, *map(json.loads, printed.decode().splitlines())]
    confirmed = [line["line"] for line in lines if line["confirmed"]]

    assert process.returncode == 130
    assert sorted(line["line"] for line in lines) == list(range(1, 20_001))
    assert 0 < len(confirmed) < 20_000
    assert f"{len(confirmed)} of 20000 requests are confirmed: line" in said.decode()
    assert "Publish the file again: what was booked is not booked twice." in said.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("module", ["consumer", "saga"])
@pytest.mark.parametrize("milliseconds", [0, 200, 500, 900])
async def test_a_service_that_is_told_to_stop_in_its_first_second(
    module: str, milliseconds: int, number: signal.Signals, environment: Mapping[str, str]
) -> None:
    began: list[float] = []

    async def is_then(process: Process) -> bool:
        if not began and await handles_signals(process):
            began.append(time.monotonic())
        return bool(began) and time.monotonic() - began[0] >= milliseconds / 1000

    own = {**environment, **NOBODY}
    code, _, said = await interrupted("python", "-m", module, when=is_then, environment=own, number=number)
    assert (code in {130, 0}, "Traceback" in said) == (True, False), said
    assert code == 0 or said.endswith("interrupted before it began.\n") or "interrupted. " in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("name", ["voyage", "voyage-console", "voyage-consumer", "voyage-worker"])
async def test_a_signal_that_the_image_has_kept_is_obeyed(
    name: str, number: signal.Signals, environment: Mapping[str, str]
) -> None:
    [entrypoint] = re.findall(r"^ENTRYPOINT (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    async def is_python(process: Process) -> bool:  # no longer env, and not yet ours
        return b"python" in await asyncio.to_thread(Path(f"/proc/{process.pid}/cmdline").read_bytes)

    command = ("env", *json.loads(entrypoint)[1:], str(BIN / name))
    own = {**environment, **NOBODY}
    code, _, said = await interrupted(*command, when=is_python, environment=own, number=number)
    assert (code, said) == (130, f"{name}: interrupted before it began.\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_service_that_is_told_to_stop_before_its_servers_are_there(
    number: signal.Signals, environment: Mapping[str, str]
) -> None:
    async def waits(process: Process) -> bool:
        assert process.stderr
        return b"does not answer" in await process.stderr.readline()

    own = {**environment, **NOBODY}
    code, _, said = await interrupted("voyage-worker", when=waits, environment=own, number=number)
    assert (code, "Traceback" in said) == (0, False)


@pytest.mark.parametrize(
    ("command", "left"),
    [
        (("voyage-worker", "doctor"), "The checks had only asked; nothing was changed."),
        (("voyage-consumer", "doctor"), "The checks had only asked; nothing was changed."),
        (("voyage-consumer", "doctor", "--fix"), "What --fix had created stays."),
    ],
)
async def test_an_interrupted_doctor_says_that_nothing_was_changed(
    command: tuple[str, ...], left: str, environment: Mapping[str, str]
) -> None:
    visited = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        visited.set()
        await asyncio.Event().wait()

    async def is_asking(_: Process) -> bool:
        return visited.is_set()

    async with listening(say_nothing) as port:
        own = {**environment, "TEMPORAL_ADDRESS": f"127.0.0.1:{port}"}
        code, printed, said = await interrupted(*command, when=is_asking, environment=own)

    assert (code, printed, said) == (130, "", f"{command[0]}: interrupted. {left}\n")
