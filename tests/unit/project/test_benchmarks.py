import asyncio
import time

import pytest
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.actions import actions, events
from benchmarks.commands.backlog import tenths
from benchmarks.measurement.drain import Drain
from benchmarks.measurement.loads import closed, opened, sequential
from benchmarks.measurement.measure import percentiles
from benchmarks.report import page
from benchmarks.report.figures import spread
from benchmarks.report.goals import Row
from benchmarks.scenarios.scenario import Scenario
from tests.documentation.pages import mentioned


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

    latencies = await opened(Scenario("slow", book, {}), rate=100, seconds=0.05)
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

    assert len(await opened(Scenario("waiting", book, {}), rate=1000, seconds=0.005)) == 5


async def test_a_closed_load_has_no_more_in_flight_than_it_has_clients() -> None:
    now, most = 0, 0

    async def book() -> str:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return "booked"

    assert len(await closed(Scenario("counted", book, {}), bookings=20, in_flight=3)) == 20
    assert most == 3


async def test_a_booking_that_was_not_booked_is_no_measurement() -> None:
    async def book() -> str:
        return "cancelled"

    scenarios = [Scenario("fine", booked_at_once, {}), Scenario("refused", book, {})]
    with pytest.raises(RuntimeError, match="refused: a booking ended 'cancelled'"):
        await sequential(scenarios, bookings=1, pause=0)


def test_a_drain_at_a_steady_rate_has_ten_equal_tenths() -> None:
    steady = Drain(answers=[number / 50 for number in range(1000)])
    assert [steady.per_second(*part) for part in tenths(1000)] == [50] * 10


def test_a_booking_by_two_services_is_a_start_and_four_activities() -> None:
    assert actions(events("booked")) == {"start": 1, "activities": 4}
    assert actions(events("replied-locally")) == {"start": 1, "activities": 3, "local activities": 1}


def test_a_goal_is_reached_by_its_median() -> None:
    assert Row("rate", [0.9, 1.0, 1.1], "`x`", at_least=1.0).cells[3] == "yes"
    assert Row("rate", [0.9, 0.99, 1.1], "`x`", at_least=1.0).cells[3] == "no"
    assert Row("added", [7, 9, 9], "`x`", at_most=8.0).cells[3] == "no"
    assert Row("compared", [1.0], "`x`").cells[1::2] == ["-", "-"]


def test_a_spread_is_the_median_with_the_least_and_the_most() -> None:
    assert spread([3, 1, 2.25]) == "2.2 (1.0…3.0)"
    assert spread([0, 0]) == "-"


@pytest.mark.parametrize("name", page.PAGES)
def test_a_page_has_a_place_for_every_table_and_shows_the_last_figures(name: str) -> None:
    text = (page.DOCS / name).read_text()
    assert {marker[2] for marker in page.MARKERS.finditer(text)} == set(page.PAGES[name])
    assert page.fill(text, page.PAGES[name]) == text


@pytest.mark.parametrize(
    "command", sorted(one for one in mentioned() if one.startswith("python -m benchmarks "))
)
def test_every_subcommand_that_a_page_names_exists_with_its_options(command: str) -> None:
    _, _, _, name, *words = command.split()
    help_text = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert help_text.exit_code == 0, command
    assert all(word in help_text.output for word in words if word.startswith("--")), command


def test_a_subcommand_that_does_not_exist_would_be_noticed() -> None:
    assert CliRunner().invoke(app, ["sale", "--help"]).exit_code != 0
