"""devstack against the real thing: what it starts is ready, keeps its data, and ends with it."""

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
import psutil
import pytest
from aio_pika import DeliveryMode, Message, connect
from temporalio.client import Client

from tests.documentation.dashboard import jobs, names
from tests.poll import eventually
from voyage import devstack
from voyage.devstack.binaries import temporal_binary
from voyage.devstack.ports import speaks_amqp
from voyage.errors import DevstackError

pytestmark = pytest.mark.thorough


async def test_a_killed_broker_comes_back_with_its_messages() -> None:
    broker = devstack.RabbitMq()
    home = broker.home
    try:
        await asyncio.to_thread(broker.start)
        async with await connect(broker.url) as connection:
            channel = await connection.channel()
            await channel.declare_queue("kept", durable=True)
            message = Message(b"still here", delivery_mode=DeliveryMode.PERSISTENT)
            await channel.default_exchange.publish(message, "kept")
        # RabbitMQ tells of a new queue before it has it on disk.
        await asyncio.to_thread(broker.ctl, "eval", "mnesia:sync_log().")
        await asyncio.to_thread(broker.kill)
        await asyncio.to_thread(broker.start)
        async with await connect(broker.url) as connection:
            kept = await (await connection.channel()).get_queue("kept")
            got = await kept.get()
        assert got
        assert got.body == b"still here"
    finally:
        await asyncio.to_thread(broker.close)

    assert not home.exists()
    assert not speaks_amqp("127.0.0.1", broker.port)


async def test_a_broker_tells_prometheus_what_the_dashboard_asks_for() -> None:
    job = jobs()["rabbitmq"]
    [vhost] = job["params"]["vhost"]
    broker = devstack.RabbitMq(metrics=True)
    try:
        await asyncio.to_thread(broker.start)
        broker.ctl("add_vhost", vhost)
        broker.ctl("set_permissions", "-p", vhost, "guest", ".*", ".*", ".*")
        async with await connect(f"{broker.url}{vhost}") as connection:
            await (await connection.channel()).declare_queue("booking.requests.dead", durable=True)
        at = f"http://127.0.0.1:{broker.metrics_port}"

        async def told() -> bool:
            async with httpx.AsyncClient() as client:
                text = (await client.get(f"{at}{job['metrics_path']}", params=job["params"])).text
            found = [f'{name}{{vhost="{vhost}",queue="booking.requests.dead"}}' in text for name in of_queues]
            return all(found)

        asked = names("rabbitmq")
        of_queues = {name for name in asked if "_detailed_" in name}
        assert of_queues
        await eventually("the queue's numbers", told)
        async with httpx.AsyncClient() as client:
            of_the_node = (await client.get(f"{at}/metrics")).text
        assert {name for name in asked - of_queues if f"\n{name} " not in of_the_node} == set()
    finally:
        await asyncio.to_thread(broker.close)


async def test_a_killed_temporal_comes_back_with_its_workflows() -> None:
    server = devstack.Temporal(temporal_binary(print))
    try:
        await asyncio.to_thread(server.start)
        client = await Client.connect(server.address)
        await client.start_workflow("Nobody", id="kept", task_queue="nobody-polls")
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        described = await client.get_workflow_handle("kept").describe()
        assert described.workflow_type == "Nobody"
    finally:
        await asyncio.to_thread(server.close)


@asynccontextmanager
async def brought_up() -> AsyncIterator[tuple[Process, str, list[psutil.Process]]]:
    """`devstack up` with nothing named: the process, what it said, and all that it has started."""
    nothing_set = {k: v for k, v in os.environ.items() if k not in {"AMQP_URL", "TEMPORAL_ADDRESS"}}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-m", "voyage.devstack", "up", env=nothing_set, stdout=PIPE, stderr=STDOUT
    )
    assert process.stdout
    said = (await asyncio.wait_for(process.stdout.readuntil(b"Both end with"), 60)).decode()
    children = psutil.Process(process.pid).children(recursive=True)
    home = next(child.environ()["HOME"] for child in children if "beam" in child.name())
    servers = {*children, *(one for one in psutil.process_iter() if of_home(one, home))}
    assert "epmd" in {server.name() for server in servers}
    try:
        yield process, said, list(servers)

        def left() -> list[psutil.Process]:
            return [server for server in servers if server.is_running() and server.status() != "zombie"]

        await eventually("no server left", lambda: not left(), within=20)
    finally:
        if process.returncode is None:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_what_up_started_ends_with_it(number: signal.Signals) -> None:
    async with brought_up() as (process, said, _):
        port = int(re.findall(r"AMQP_URL=amqp://guest:guest@127.0.0.1:(\d+)/", said)[0])
        assert speaks_amqp("127.0.0.1", port)
        process.send_signal(number)
        rest, _ = await asyncio.wait_for(process.communicate(), 40)
    if number is not signal.SIGKILL:
        assert "Stopping Temporal\nStopping RabbitMQ\n" in rest.decode()


@pytest.mark.parametrize(("program", "name"), [("beam.smp", "RabbitMQ"), ("temporal", "Temporal")])
async def test_up_says_which_server_has_ended_by_itself_and_ends(program: str, name: str) -> None:
    async with brought_up() as (process, _, servers):
        next(server for server in servers if server.name() == program).kill()
        rest, _ = await asyncio.wait_for(process.communicate(), 40)
    assert process.returncode == 1
    assert re.search(
        rf"^devstack: {name} (was killed by SIGKILL|ended with exit code)", rest.decode(), re.MULTILINE
    )
    assert "It said last:" in rest.decode()


def of_home(process: psutil.Process, home: str) -> bool:
    """Whether it is a process of the broker that lives there; its own epmd is nobody's child."""
    try:
        return process.environ().get("HOME") == home
    except psutil.Error:
        return False


def test_a_broker_on_a_full_disk_is_not_even_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AMQP_URL", raising=False)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=3_000_000))
    with pytest.raises(DevstackError, match=r"3 MB are free in .* TMPDIR"), devstack.stack():
        pass
    assert not [left for left in tmp_path.iterdir() if left.name.startswith("devstack-rabbitmq")]


def test_a_broker_that_the_environment_names_and_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMQP_URL", "amqp://guest:guest@127.0.0.1:1/")
    with pytest.raises(DevstackError, match="AMQP_URL"), devstack.stack():
        pass


def test_a_rabbitmq_of_choice_needs_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMQP_URL", raising=False)
    monkeypatch.setenv("RABBITMQ_SERVER", "4")
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    with pytest.raises(DevstackError, match="RABBITMQ_SERVER=4 asks for"), devstack.stack():
        pass


async def test_processes_that_look_for_ports_at_the_same_time_find_different_ones() -> None:
    few = "from voyage.devstack import ports; ports._OURS = range(20_000, 20_400)"
    wanted = "[ports.free_port(20_000), *(ports.free_port() for _ in range(29))]"
    waiting = f"{few}; print({wanted}, flush=True); input()"
    looking = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", waiting, stdin=PIPE, stdout=PIPE)
        for _ in range(8)
    ]
    found = [json.loads(await process.stdout.readline()) for process in looking if process.stdout]
    await asyncio.gather(*(process.communicate(b"\n") for process in looking))

    ports = [port for one in found for port in one]
    assert (len(ports), len(set(ports))) == (240, 240)


@pytest.mark.usefixtures("servers")
def test_a_temporal_that_the_environment_names_and_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    with pytest.raises(DevstackError, match="TEMPORAL_ADDRESS"), devstack.stack():
        pass


def test_without_any_way_to_get_a_server_the_error_has_the_commands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AMQP_URL", raising=False)
    monkeypatch.setattr("voyage.devstack.rabbitmq_of_choice.installed", lambda: None)
    monkeypatch.setattr("voyage.devstack.container.docker_answers", lambda: False)
    monkeypatch.setattr("voyage.devstack.binaries.install_rabbitmq", lambda _: False)
    with pytest.raises(devstack.DevstackError, match="apt-get install rabbitmq-server"), devstack.stack():
        pass
