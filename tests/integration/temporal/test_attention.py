"""`voyage-worker attention`, as an operator types it while a leg could not be undone."""

import asyncio
import getpass
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pexpect
import pytest

from saga.models import LegStatus
from saga.suppliers.supplier import SupplierCall
from saga.workflows.booking import BookingWorkflow
from tests.commands import run_to_the_end
from tests.integration.conftest import Handle, Saga
from tests.poll import eventually

NOTHING: Mapping[str, str] = MappingProxyType({})
WHY = "no way back, as the supplier's accounting has closed the month that this booking was made in"


async def attention(
    saga: Saga, *words: str, environment: Mapping[str, str] = NOTHING
) -> tuple[int, str, str]:
    own = {"TEMPORAL_ADDRESS": saga.client.service_client.config.target_host, **environment}
    return await run_to_the_end("voyage-worker", "attention", *words, environment=own)


async def entry(saga: Saga, own: str) -> dict[str, Any] | None:
    code, printed, _ = await attention(saga, "list", "--json")
    assert code == 0
    found = [json.loads(line) for line in printed.splitlines()]
    return next((one for one in found if one["booking_id"] == own), None)


@pytest.fixture
async def waiting(saga: Saga) -> Handle:
    """A booking whose hotel could not be undone."""

    async def no_way_back(_: SupplierCall) -> None:
        raise RuntimeError(WHY)

    saga.supplier.on["undo hotel"] = no_way_back
    handle = await saga.start(flight="invalid", prefix="booking-")
    await eventually("the booking to be listed", lambda: entry(saga, own_id(handle)))
    return handle


def own_id(handle: Handle) -> str:
    return handle.id.removeprefix("booking-")


async def test_the_list_has_fields_for_programs(saga: Saga, waiting: Handle) -> None:
    found = await entry(saga, own_id(waiting))

    assert found
    assert found["workflow_id"] == waiting.id
    assert [(leg["leg"], leg["item"], leg["status"]) for leg in found["legs"]] == [
        ("hotel", "h", "undo_failed")
    ]
    assert WHY in found["legs"][0]["error"]
    assert found["legs"][0]["idempotency_key"] == f"{waiting.id}:hotel"


async def test_the_newest_comes_first(saga: Saga, waiting: Handle) -> None:
    newer = await saga.start(flight="invalid", prefix="booking-")
    await eventually("the newer booking to be listed", lambda: entry(saga, own_id(newer)))
    _, printed, _ = await attention(saga, "list", "--json")
    listed = [json.loads(line)["booking_id"] for line in printed.splitlines()]

    assert [own for own in listed if own in {own_id(newer), own_id(waiting)}] == [
        own_id(newer),
        own_id(waiting),
    ]


@pytest.mark.parametrize("width", [80, 60, 40])
async def test_ids_and_words_are_whole_at_every_width(saga: Saga, waiting: Handle, width: int) -> None:
    code, printed, _ = await attention(saga, "list", environment={"COLUMNS": str(width)})

    assert code == 0
    assert max(len(line) for line in printed.splitlines() if not line.endswith(":hotel")) <= width
    assert own_id(waiting) in printed.split()
    reference = (await waiting.query(BookingWorkflow.legs))[1].reference
    assert {f"{waiting.id}:hotel", reference} <= set(printed.split()), "what the supplier asks for"
    assert set(WHY.split()) <= set(printed.split())


async def test_settling_by_the_bookings_own_id_says_who_did_it(saga: Saga, waiting: Handle) -> None:
    code, printed, said = await attention(saga, "settle", own_id(waiting), "--note", "called", "--by", "ann")

    assert (code, printed, said) == (
        0,
        f"{own_id(waiting)} is settled by ann; its client is sent a new result.\n",
        "",
    )
    outcome = await waiting.result()
    assert outcome.legs[1].status is LegStatus.UNDONE
    assert outcome.legs[1].error == "Settled by hand: called (by ann)"


async def test_who_settled_is_by_default_the_login_name(saga: Saga, waiting: Handle) -> None:
    code, printed, _ = await attention(saga, "settle", waiting.id, "--note", "called", "--json")

    assert (code, json.loads(printed)["by"]) == (0, getpass.getuser())
    assert (await waiting.result()).legs[1].error == f"Settled by hand: called (by {getpass.getuser()})"


async def test_without_a_worker_the_client_is_not_said_to_be_told(saga: Saga, waiting: Handle) -> None:
    await saga.stop_worker()
    code, printed, _ = await attention(saga, "settle", own_id(waiting), "--note", "called", "--by", "ann")

    assert code == 0
    assert "its client is sent a new result once a voyage-worker runs and takes that up" in printed
    saga.worker = saga.another_worker(saga.task_queue)
    running = asyncio.create_task(saga.worker.run())
    await waiting.result()
    await saga.worker.shutdown()
    await running


async def test_an_id_that_nobody_has_and_a_booking_that_needs_nobody_are_errors(saga: Saga) -> None:
    booked = await saga.start(prefix="booking-")
    await booked.result()
    for own in ("nope", own_id(booked)):
        for words in (("retry", own), ("settle", own, "--note", "x")):
            code, printed, said = await attention(saga, *words)
            assert (code, printed) == (1, "")
            told = "is not waiting for a person; nothing was done. See: voyage-worker attention list"
            assert said == f"voyage-worker: {own} {told}\n"


async def test_in_a_terminal_it_asks_before_it_settles(saga: Saga, waiting: Handle) -> None:
    def type_at_it(answer: str) -> tuple[int, str]:
        child = pexpect.spawn(
            str(Path(sys.executable).parent / "voyage-worker"),
            ["attention", "settle", own_id(waiting), "--note", "called"],
            env={**os.environ, "TEMPORAL_ADDRESS": saga.client.service_client.config.target_host},
            timeout=30,
            encoding="utf-8",
        )
        child.expect("Are they all undone")
        before = child.before or ""
        child.sendline(answer)
        child.expect(pexpect.EOF)
        child.close()
        return child.exitstatus or 0, before + (child.before or "")

    code, seen = await asyncio.to_thread(type_at_it, "n")
    assert (code, "Nothing was changed." in seen) == (1, True)
    assert f"{waiting.id}:hotel" in seen
    assert await entry(saga, own_id(waiting))
    code, seen = await asyncio.to_thread(type_at_it, "y")
    assert (code, "is settled by" in seen) == (0, True)


@pytest.mark.usefixtures("servers")
async def test_a_note_says_something(saga: Saga) -> None:
    code, _, said = await attention(saga, "settle", "anybody", "--note", " ")
    assert (code, "takes a text that is not empty" in said) == (2, True)
