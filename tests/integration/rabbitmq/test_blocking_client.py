"""The client for code without an event loop: programs as people write them, each a process of its own."""

import asyncio
import inspect
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process

import pytest
from aio_pika.exceptions import ChannelNotFoundEntity
from pydantic import SecretStr

from consumer.settings import ConsumerSettings
from publisher import BlockingClient, Client
from tests.chaos.environment import variables
from tests.chaos.proxy.tcp_proxy import Proxy
from tests.integration.rabbitmq.some_results import all_in, put_numbers
from tests.poll import eventually
from voyage.devstack.ports import HOST

CONNECTED = """
import asyncio, os, signal, sys, threading, time
from publisher import *
trip = BookingRequest(name="J", car="c", hotel="h", flight="f")
client = BlockingClient.connect()
"""


async def started(program: str, settings: ConsumerSettings) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-X", "dev", "-W", "error", "-c", CONNECTED + program),
        env={**os.environ, **variables(settings)},
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
    )


async def said_by(process: Process, code: int = 0) -> str:
    printed, complained = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == code, complained.decode()
    assert "Warning" not in complained.decode(), complained.decode()
    return printed.decode()


async def said(program: str, settings: ConsumerSettings) -> str:
    return await said_by(await started(program, settings))


def public(kind: type) -> dict[str, list[str]]:
    """Its methods, and their parameters."""
    methods = inspect.getmembers(kind, inspect.isroutine)
    return {name: [*inspect.signature(one).parameters] for name, one in methods if name[0] != "_"}


def test_it_has_the_same_names_as_the_async_one() -> None:
    assert public(BlockingClient) == public(Client)


@pytest.mark.usefixtures("client")
async def test_it_ends_with_the_interpreter_though_nobody_closed_it(settings: ConsumerSettings) -> None:
    program = """
with client.booking(trip):
    print("sent")
"""
    assert await said(program, settings) == "sent\n"
    [request] = await all_in(settings, settings.requests_queue)
    with pytest.raises(ChannelNotFoundEntity):  # its reply queue
        await all_in(settings, request.reply_to or "")


@pytest.mark.usefixtures("client")
async def test_results_are_an_ordinary_generator(settings: ConsumerSettings) -> None:
    await put_numbers(settings, range(5))
    program = """
for result in client.results(timeout=1):
    print(result.booking_id)
    if result.booking_id == "b-3":
        break
client.close()
client.close()
try:
    client.publish(trip)
except ClientClosedError as error:
    print(error)
"""
    lines = (await said(program, settings)).splitlines()
    assert lines == [
        "b-0",
        "b-1",
        "b-2",
        "b-3",
        "This client is closed. Connect a new one: BlockingClient.connect().",
    ]
    assert {one.message_id for one in await all_in(settings, settings.results_queue)} == {"m-3", "m-4"}


@pytest.mark.usefixtures("client")
async def test_a_child_after_a_fork_connects_anew_and_the_parent_goes_on(settings: ConsumerSettings) -> None:
    program = """
def use():
    ids = {client.publish(trip)}
    with client.booking(trip) as result:
        try:
            result.result(timeout=0.2)
        except TimeoutError:
            ids.add("late")
    return len(ids)

use()
children = []
for _ in range(3):
    with __import__("warnings").catch_warnings():
        __import__("warnings").simplefilter("ignore")
        child = os.fork()
    if child == 0:
        sys.exit(use())
    children.append(child)
for child in children:
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(use())
"""
    assert (await said(program, settings)).split() == ["2"] * 4


@pytest.mark.usefixtures("client")
async def test_requests_are_read_by_their_own_thread_and_not_before_they_are_wanted(
    settings: ConsumerSettings,
) -> None:
    program = """
read = []
def requests():
    for number in range(6):
        read.append(threading.current_thread() is threading.main_thread())
        yield trip.model_copy(update={"booking_id": f"b-{number}"})
for number, ended in enumerate(client.book_many(requests(), concurrency=2, timeout=2)):
    print(ended.booking_id, type(ended.error) is ResultTimeoutError)
    if number == 1:
        break
print(all(read), len(read) < 5)
try:
    next(client.watch("b-1", timeout=0.5))
except ResultTimeoutError as error:
    print(error.booking_id)
try:
    list(client.book_many(iter([trip])))
except ValueError:
    print("no id")
"""
    lines = (await said(program, settings)).splitlines()
    assert sorted(lines[:2]) == ["b-0 True", "b-1 True"]
    assert lines[2:] == ["True True", "b-1", "no id"]


@pytest.mark.usefixtures("client")
async def test_threads_and_event_loops_share_one(settings: ConsumerSettings) -> None:
    program = """
ids = []
def use():
    for _ in range(20):
        ids.append(client.publish(trip.model_copy()))
threads = [threading.Thread(target=use) for _ in range(10)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]

async def within_a_loop():
    ids.append(client.publish(trip.model_copy()))
    ids.append(await asyncio.to_thread(client.publish, trip.model_copy()))
asyncio.run(within_a_loop())
asyncio.run(within_a_loop())
print(len(set(ids)))
"""
    assert (await said(program, settings)).strip() == "204"


@pytest.mark.parametrize("call", ["client.book(trip)", "next(client.results())", "client.handle(print)"])
@pytest.mark.usefixtures("client")
async def test_ctrl_c_ends_a_call_at_once(settings: ConsumerSettings, call: str) -> None:
    program = f"""
print("now", flush=True)
try:
    {call}
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.stdin.readline()
"""
    process = await started(program, settings)
    assert process.stdout
    await asyncio.wait_for(process.stdout.readline(), 20)
    await asyncio.sleep(0.5)  # until it waits
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.stdout.readline(), 20) == b"interrupted\n"
    assert time.monotonic() - began < 15
    await put_numbers(settings, [1])
    await eventually("nobody takes it", lambda: all_in(settings, settings.results_queue))
    assert process.stdin
    process.stdin.close()
    await said_by(process)


@pytest.mark.usefixtures("client")
async def test_a_signal_handler_may_close_it_under_a_handling_and_others_at_the_same_time(
    settings: ConsumerSettings,
) -> None:
    await put_numbers(settings, range(12))
    program = """
done = []
def note(result):
    done.append(result.booking_id)
    time.sleep(0.1)
    if len(done) == 12:
        for number in SIGNALS:
            os.kill(os.getpid(), number)
            time.sleep(0.01)
SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
for number in SIGNALS:
    signal.signal(number, lambda *_: client.close())
began = time.monotonic()
try:
    client.handle(note, concurrency=4)
except ClientClosedError:
    print(len(set(done)), time.monotonic() - began < 10)
"""
    assert (await said(program, settings)).split() == ["12", "True"]
    assert await all_in(settings, settings.results_queue) == []


@pytest.mark.parametrize("how", ["frozen", "away"])
async def test_it_ends_within_seconds_while_rabbitmq_is_away(settings: ConsumerSettings, how: str) -> None:
    program = """
try:
    client.status("b", timeout=0.2)
except ResultTimeoutError:
    print("ready", flush=True)
sys.stdin.read()
"""
    async with Proxy(settings.url.port or 0) as proxy:
        through = settings.url.with_host(HOST).with_port(proxy.port)
        process = await started(program, settings.model_copy(update={"amqp_url": SecretStr(str(through))}))
        assert process.stdout
        assert process.stdin
        await asyncio.wait_for(process.stdout.readline(), 20)
        if how == "frozen":
            proxy.forget()
        else:
            await proxy.shut()
        began = time.monotonic()
        process.stdin.close()
        await said_by(process)
        assert time.monotonic() - began < 20  # it takes five
