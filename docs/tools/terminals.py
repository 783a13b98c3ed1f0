"""What the commands write to terminals of 80 and of 60 columns when something is wrong."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pexpect
from aio_pika import Message

from examples.demo.supplier import ExampleSupplier
from publisher import BookingRequest, Client

WIDTHS = (80, 60)
BIN = Path(sys.executable).parent
NAME = "pictures"
ID = "0d9a8f5e3b7c4e219f60a1b2c3d4e5"
TRIP = "--car small-car --flight morning-flight --hotel"
SHOWN = (
    "voyage book --car small-car --hotle grand-hotel",
    f"voyage book {TRIP} 'grand-hotel fault=refuse'",
    "voyage results --table --timeout 3",
    "voyage dead list",
    "voyage parked list",
    "voyage-worker attention list",
    "VOYAGE_TASK_QUEUE=mistyped voyage-worker doctor",
)


def at_each_width(amqp_url: str, temporal_address: str) -> dict[int, str]:
    """For each width, the commands and what they write, one below the other."""
    told: dict[int, list[str]] = {width: [] for width in WIDTHS}
    with _services(amqp_url, temporal_address) as own:
        asyncio.run(_make_trouble(own))
        _await(own, "voyage-worker", "attention", "list")
        _await(own, "voyage", "parked", "list")
        for line in SHOWN:
            for width, texts in told.items():
                if line.startswith("voyage results"):
                    asyncio.run(_make_results(own, width))
                texts.append(f"$ {line}\n{_seen(line, own, width)}")
    return {width: "\n".join(texts) for width, texts in told.items()}


@contextmanager
def _services(amqp_url: str, temporal_address: str) -> Iterator[dict[str, str]]:
    """Consumer and worker under names of their own; gives the environment of commands."""
    with ExitStack() as running:
        supplier = running.enter_context(ExampleSupplier(slowness=0.2))
        queues = ("REQUESTS", "CONTROL", "RESULTS", "UNDELIVERED", "DEAD", "PARKED")
        own = {
            **os.environ,
            **supplier.settings,
            **{f"VOYAGE_{queue}_QUEUE": f"{NAME}.{queue.lower()}" for queue in queues},
            "AMQP_URL": amqp_url,
            "TEMPORAL_ADDRESS": temporal_address,
            "VOYAGE_TASK_QUEUE": NAME,
            "VOYAGE_REPLY_TASK_QUEUE": f"{NAME}-replies",
            "VOYAGE_UNDO_ATTEMPTS": "1",
            "TERM": "xterm-256color",
        }
        for program in ("voyage-consumer", "voyage-worker"):
            running.callback(_end, _started(program, own))
        yield own


def _started(program: str, own: Mapping[str, str]) -> "pexpect.spawn[str]":
    child = pexpect.spawn(str(BIN / program), env=dict(own), timeout=60, encoding="utf-8")
    child.expect_exact(" ready")
    return child


def _end(child: "pexpect.spawn[str]") -> None:
    if child.isalive():
        child.sendintr()
        child.expect(pexpect.EOF)
    child.close()


def _trip(own_id: str, **items: str) -> BookingRequest:
    names = {"car": "small-car", "hotel": "grand-hotel", "flight": "morning-flight", **items}
    return BookingRequest(name="Jane Smith", booking_id=own_id, **names)


async def _make_trouble(own: Mapping[str, str]) -> None:
    """A dead letter, a parked result, and a booking that needs a person."""
    os.environ.update({name: value for name, value in own.items() if name.startswith(("VOYAGE_", "AMQP_"))})
    async with Client.connect() as client:
        stuck = _trip(f"{ID}a1", car="small-car undo-fault=error", hotel="grand-hotel fault=refuse")
        await client.publish(stuck, reply_to=f"{NAME}.results.of-an-order-service-that-has-gone")
        letter = Message(b'{"name": "Jane Smith", "attempts": 0}', message_id=f"{ID}a2")
        channel = await client._publisher.connection.channel()  # noqa: SLF001 -- what no client of ours would send
        await channel.default_exchange.publish(letter, own["VOYAGE_REQUESTS_QUEUE"])


async def _make_results(own: Mapping[str, str], width: int) -> None:
    async with Client.connect(own["AMQP_URL"]) as client:
        await client.publish(_trip(f"{ID}b{width // 20}"))
        await client.publish(_trip(f"{ID}c{width // 20}", hotel="grand-hotel fault=refuse"))


def _await(own: Mapping[str, str], *command: str) -> None:
    """Until it lists something."""
    for _ in range(60):
        if subprocess.run(
            [BIN / command[0], *command[1:], "--json"], env=own, capture_output=True, check=True
        ).stdout:
            return
        time.sleep(0.5)
    sys.exit(f"pictures: {' '.join(command)} lists nothing")


def _seen(line: str, own: Mapping[str, str], width: int) -> str:
    """What is on the screen at the end, with its colours."""
    child = pexpect.spawn(
        "sh",
        ["-c", line],
        env={**own, "PATH": f"{BIN}:{own['PATH']}"},
        dimensions=(50, width),
        timeout=60,
        encoding="utf-8",
    )
    child.expect(pexpect.EOF)
    child.close()
    return on_screen(child.before or "", width)


def on_screen(written: str, width: int) -> str:
    """What remains of lines that were cleared and written again, broken as a terminal breaks them."""
    lines = [""]
    for part in re.split(r"(\r\n|\r|\x1b\[2K|\x1b\[1A)", re.sub(r"\x1b\[\?\d+[hl]", "", written)):
        if part == "\r\n":
            lines.append("")
        elif part == "\x1b[1A":
            lines.pop()
        elif part == "\x1b[2K":
            lines[-1] = ""
        elif part != "\r":
            lines[-1] += part
    return "\n".join(line if "\x1b" in line else _broken(line, width) for line in lines)


def _broken(line: str, width: int) -> str:
    return "\n".join(line[start : start + width] for start in range(0, len(line) or 1, width))
