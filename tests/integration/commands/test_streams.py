"""What a command writes to may be full, closed, left alone, or know no such character."""

from collections.abc import Mapping
from pathlib import Path

import aio_pika
import pytest

from consumer.settings import ConsumerSettings
from publisher import Client
from tests.commands import run_to_the_end
from tests.integration.commands.running import LINE, shell


async def test_a_body_that_is_not_ascii_is_shown_on_a_terminal_that_is(
    environment: Mapping[str, str], settings: ConsumerSettings
) -> None:
    async with Client.connect(settings=settings):
        pass  # the queues are declared
    async with await aio_pika.connect(environment["AMQP_URL"]) as connection:
        channel = await connection.channel()
        message = aio_pika.Message("Ünal 🧳".encode(), message_id="é")
        await channel.default_exchange.publish(message, settings.dead_queue)
    code, printed, said = await run_to_the_end(
        "voyage", "dead", "list", environment={**environment, "PYTHONIOENCODING": "ascii"}
    )

    assert (code, said) == (0, "")
    assert r"\xdcnal \U0001f9f3" in printed


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (
            "voyage publish {file} --json > /dev/full",
            2,
            "can't write to standard output (No space left on device)",
        ),
        ("voyage publish {file} --json | true; exit ${{PIPESTATUS[0]}}", 141, ""),
        ("voyage schema request | true; exit ${{PIPESTATUS[0]}}", 141, ""),
        ("voyage publish {file} --json >&-", 0, "2 requests published"),
        ("voyage publish {file} --json 2>&-", 0, ""),
        ("voyage publish {file} --json 2>/dev/full", 0, ""),
        ("voyage publish {file} --json <&- >&- 2>&-", 0, ""),
        ("voyage publish - < {file}", 0, "2 requests published"),
        ("voyage publish - <&-", 2, "There is no request in it."),
        ("voyage status '' 2>/dev/full", 2, ""),
    ],
)
async def test_streams_that_are_closed_full_or_left_alone(
    line: str, code: int, said: str, environment: Mapping[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "two.jsonl"
    file.write_text(f"{LINE}\n{LINE}")
    ended, complained = await shell(line.format(file=file), environment)

    assert ended == code
    assert said in complained
    assert "Traceback" not in complained
