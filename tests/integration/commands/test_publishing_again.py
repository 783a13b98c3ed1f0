"""A file that is published again books nothing twice, and each end says how far it came."""

import asyncio
import json
import os
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from pathlib import Path

import pytest
from yarl import URL

from tests.chaos.proxy.tcp_proxy import Proxy
from tests.commands import run_to_the_end
from tests.integration.commands.running import BIN, LINE
from voyage import devstack

LINES = 6000
"""More than are published before the connection is lost, a moment after the first is confirmed."""


async def test_a_file_that_is_published_twice_has_the_same_ids(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    file, moved = tmp_path / "trips.jsonl", tmp_path / "done" / "trips.jsonl"
    moved.parent.mkdir()
    file.write_text(f"{LINE}\n{LINE}")
    moved.write_text(f"\n{LINE}\n{LINE}\n")
    told = []
    for each in (file, file, moved):
        code, printed, _ = await run_to_the_end(
            "voyage", "publish", str(each), "--json", environment=environment
        )
        told.append([json.loads(line) for line in printed.splitlines()])
        assert code == 0
    first, again, elsewhere = told

    assert first == again
    assert {line["booking_id"] for line in first} == {line["booking_id"] for line in elsewhere}
    assert ([line["line"] for line in first], {line["confirmed"] for line in first}) == ([1, 2], {True})


@pytest.mark.timeout(240)  # it is no test of how fast a busy machine is
async def test_a_connection_that_is_lost_for_good_leaves_a_list_of_what_is_confirmed(
    environment: Mapping[str, str], servers: devstack.Servers, tmp_path: Path
) -> None:
    file = tmp_path / "many.jsonl"
    file.write_text("\n".join([LINE] * LINES))
    url = URL(servers.amqp_url)
    async with Proxy(url.port or 5672) as proxy:
        through = {**environment, "AMQP_URL": str(url.with_host("127.0.0.1").with_port(proxy.port))}
        command = (str(BIN / "voyage"), "publish", str(file), "--json")
        own = {**os.environ, **through, "VOYAGE_PUBLISH_TIMEOUT": "2"}
        process = await asyncio.create_subprocess_exec(*command, env=own, stdout=PIPE, stderr=PIPE)
        assert process.stdout
        first = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
        proxy.stall()
        proxy.cut()
        printed, said = await asyncio.wait_for(process.communicate(), 60)
    lines = [first, *map(json.loads, printed.decode().splitlines())]
    confirmed = {line["line"] for line in lines if line["confirmed"]}
    summary, error = said.decode().splitlines()[-2:]

    assert process.returncode == 2
    assert sorted(line["line"] for line in lines) == list(range(1, LINES + 1))
    assert summary.startswith(f"{len(confirmed)} of {LINES} requests are confirmed: line")
    assert error.startswith("voyage: RabbitMQ did not confirm the message")

    again_all = ("voyage", "publish", str(file), "--json")
    code, again, _ = await run_to_the_end(*again_all, environment=environment, within=120)
    assert code == 0
    assert {json.loads(line)["booking_id"] for line in again.splitlines()} == {
        line["booking_id"] for line in lines
    }
