import asyncio
import time

import pytest

from benchmarks import page
from benchmarks.actions import actions, events
from benchmarks.backlog import tenths
from benchmarks.draining import Drain
from benchmarks.latencies import percentiles
from benchmarks.loads import closed, in_turn, opened
from benchmarks.tables import every
from benchmarks.ways.way import Way


def test_percentiles_are_latencies_that_so_many_keep_within() -> None:
    hundred = [number / 1000 for number in range(100, 0, -1)]
    assert percentiles(hundred) == {"p50": 50, "p90": 90, "p99": 99, "max": 100}
    assert percentiles([0.004]) == {"p50": 4, "p90": 4, "p99": 4, "max": 4}


async def booked_at_once() -> str:
    return "booked"


async def test_a_booking_that_could_not_be_sent_in_time_has_waited_since_then() -> None:
    held_up = 0.2

    async def book() -> str:
        time.sleep(held_up)  # noqa: ASYNC251 -- holds up the sender itself, as a busy client would
        return "booked"

    latencies = await opened(Way("slow", book, {}), rate=100, seconds=0.05)
    assert len(latencies) == 5
    assert max(latencies) > 4 * held_up


async def test_an_open_load_does_not_wait_for_answers() -> None:
    sent = 0
    all_sent = asyncio.Event()

    async def book() -> str:
        nonlocal sent
        sent += 1
        if sent == 5:
            all_sent.set()
        await all_sent.wait()
        return "booked"

    assert len(await opened(Way("waiting", book, {}), rate=1000, seconds=0.005)) == 5


async def test_a_closed_load_has_no_more_in_flight_than_it_has_clients() -> None:
    now, most = 0, 0

    async def book() -> str:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return "booked"

    assert len(await closed(Way("counted", book, {}), bookings=20, in_flight=3)) == 20
    assert most == 3


async def test_a_booking_that_was_not_booked_is_no_measurement() -> None:
    async def book() -> str:
        return "cancelled"

    with pytest.raises(RuntimeError, match="refused: a booking ended 'cancelled'"):
        await in_turn([Way("fine", booked_at_once, {}), Way("refused", book, {})], bookings=1, pause=0)


def test_a_drain_at_a_steady_rate_has_ten_equal_tenths() -> None:
    steady = Drain(answers=[number / 50 for number in range(1000)])
    assert [steady.per_second(*part) for part in tenths(1000)] == [50] * 10


def test_a_booking_by_two_services_is_a_start_and_four_activities() -> None:
    assert actions(events("booked")) == {"start": 1, "activities": 4}
    assert actions(events("replied-locally")) == {"start": 1, "activities": 3, "local activities": 1}


def test_the_page_has_a_place_for_every_table() -> None:
    assert {mark[2] for mark in page.MARKS.finditer(page.PAGE.read_text())} == set(every())
