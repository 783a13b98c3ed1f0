"""`devstack up --cluster`, and the handles by which its parts are broken."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Iterator
from datetime import timedelta

import psutil
import pytest
from aio_pika import connect
from temporalio.client import Client
from temporalio.service import RPCError

from publisher.broker_url import read
from tests.poll import eventually
from voyage import devstack
from voyage.devstack import postgresql
from voyage.devstack.temporal import answers
from voyage.devstack.temporal_cluster import TemporalCluster

pytestmark = pytest.mark.thorough

SOON = timedelta(seconds=2)
UP_WITHIN = 110.0  # seconds; the binaries are there


@pytest.fixture(scope="module")
def temporal() -> Iterator[TemporalCluster]:
    with TemporalCluster(print) as cluster:
        yield cluster


async def known(cluster: TemporalCluster, workflow: str) -> bool:
    """Whether a connection made now can tell of the workflow."""
    try:
        client = await asyncio.wait_for(Client.connect(cluster.address), timeout=5)
        await client.get_workflow_handle(workflow).describe(rpc_timeout=SOON)
    except (RPCError, RuntimeError, TimeoutError):
        return False
    return True


async def started(cluster: TemporalCluster, workflow: str) -> None:
    client = await Client.connect(cluster.address)
    await client.start_workflow("Nobody", id=workflow, task_queue="nobody-polls")


async def test_a_temporal_host_is_enough(temporal: TemporalCluster) -> None:
    await started(temporal, "seen-by-one")
    for host in temporal.hosts:
        await asyncio.to_thread(host.kill)
        await eventually("the other host to take over", lambda: known(temporal, "seen-by-one"), 60)
        host.spawn()
        await asyncio.to_thread(host.wait)


async def test_a_killed_postgresql_comes_back_with_all_that_was_confirmed(temporal: TemporalCluster) -> None:
    await started(temporal, "kept")
    await asyncio.to_thread(temporal.postgresql.kill)
    assert not await known(temporal, "kept")
    temporal.postgresql.spawn()
    await asyncio.to_thread(temporal.postgresql.wait)
    await eventually("the workflow", lambda: known(temporal, "kept"), 60)


async def test_a_frozen_postgresql_answers_nobody_and_then_goes_on(temporal: TemporalCluster) -> None:
    await started(temporal, "waited-for")
    temporal.postgresql.pause()
    try:
        assert not await known(temporal, "waited-for")
    finally:
        temporal.postgresql.resume()
    await eventually("the workflow", lambda: known(temporal, "waited-for"), 60)


@pytest.mark.timeout(UP_WITHIN + 60)
async def test_both_clusters_end_with_whoever_started_them() -> None:
    nothing_set = {k: v for k, v in os.environ.items() if k not in {"AMQP_URL", "TEMPORAL_ADDRESS"}}
    command = (sys.executable, "-u", "-m", "voyage.devstack", "up", "--cluster")
    process = await asyncio.create_subprocess_exec(*command, env=nothing_set, stdout=PIPE, stderr=STDOUT)
    assert process.stdout
    said = (await asyncio.wait_for(process.stdout.readuntil(b"Both end with"), UP_WITHIN)).decode()
    servers = psutil.Process(process.pid).children(recursive=True)
    try:
        names = [server.name() for server in servers]
        assert names.count("beam.smp") == 3
        assert names.count("server") == 2
        assert "postgres" in names
        [(url, address)] = re.findall(r"^export AMQP_URL=(\S+) TEMPORAL_ADDRESS=(\S+)$", said, re.MULTILINE)
        for node in read(url):
            async with await connect(str(node)) as connection:
                assert await connection.channel()
        assert await asyncio.to_thread(answers, address)
        process.kill()

        def left() -> list[psutil.Process]:
            return [one for one in servers if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]

        await eventually("no server left", lambda: not left(), within=40)
    finally:
        for server in servers:
            if server.is_running():
                server.send_signal(signal.SIGKILL)


def test_without_postgresql_the_error_has_the_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMQP_URL", "amqp://guest:guest@127.0.0.1:1,127.0.0.1:2/")
    monkeypatch.delenv("TEMPORAL_ADDRESS", raising=False)
    monkeypatch.setattr(postgresql, "installed", lambda: None)
    with (
        pytest.raises(devstack.DevstackError, match="apt-get install postgresql"),
        devstack.stack(cluster=True),
    ):
        pass
