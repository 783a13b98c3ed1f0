"""The plugin in suites of users: what a failure shows, what a mistake says, several processes of pytest."""

import re
from pathlib import Path

import pytest

from tests.acceptance.harness.suites import NAMED, pytest_in, write

pytestmark = pytest.mark.thorough

PASSES = """
def test_it_books(voyage):
    voyage.suppliers["jeep"].answers("J-1")
    result = voyage.book(voyage.trip(name="Jane", jeep="a jeep", lodge="a lodge"))
    assert result.status == "booked"
    assert voyage.ledger.booked == {result.booking_id: {"jeep": "J-1", "lodge": "lodge-1"}}
"""
FAILS = """
def test_it_is_refused(voyage):
    assert voyage.book(voyage.example()).status == "cancelled"
"""
KILLS = """
def test_the_worker_dies(voyage, _voyage_harness):
    [_, worker] = _voyage_harness.product(Safari, {}).services
    with voyage.suppliers["jeep"].holds() as jeep:
        booking = voyage.start(voyage.example())
        jeep.wait()
        worker._process.kill()
        booking.result(within=20)

def test_the_next_one(voyage):
    pass
"""
TWO_TESTS = """
def test_one(voyage):
    print("queue", voyage.environment["VOYAGE_REQUESTS_QUEUE"])
    assert voyage.book(voyage.example()).status == "booked"

def test_two(voyage):
    test_one(voyage)
"""
USES = "\ndef test_it(voyage): pass\n"
HIDDEN = """
def hidden():
    class Hidden(Safari): pass
    return Hidden
"""
GOES_ON = """
def test_it_ends_before_its_booking(voyage, monkeypatch):
    monkeypatch.setattr(type(voyage), "end", lambda _: None)
    voyage.suppliers["jeep"].is_slow(300)
    voyage.start(voyage.example())
    voyage.ledger.wait_for("book jeep")
"""
MISTAKES = {
    "nothing:Safari": "can't load 'nothing:Safari' (ModuleNotFoundError",
    7: "voyage_trip takes a trip, not 7.",
    None: "No trip is named. Name yours in one of three ways: a fixture voyage_trip",
}


async def test_a_test_that_fails_shows_what_both_processes_said_and_what_was_called(tmp_path: Path) -> None:
    write(tmp_path, test_safari=NAMED + FAILS)
    code, printed = await pytest_in(tmp_path)

    assert code == 1
    assert "Status.BOOKED: 'booked'> == 'cancelled'" in printed
    assert re.search(r"- voyage: calls to suppliers -+\nbook jeep, book lodge\n", printed)
    assert re.search(r"- voyage: log of the consumer -+\n(.*\n)*.*Consumer ready", printed)
    assert re.search(r"- voyage: log of the worker -+\n(.*\n)*.*Worker ready", printed)


async def test_a_process_that_dies_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, test_safari=NAMED + KILLS)
    code, printed = await pytest_in(tmp_path, "--durations=0")

    assert code == 1
    ended = "The worker process has ended, with exit code -9. It said last:"
    assert f"HarnessError: {ended}" in printed
    assert re.search(rf"^{ended}", printed, re.MULTILINE), "the next test says so by itself"
    assert "voyage/testing" not in printed.partition("- voyage: ")[0], "the harness's own code is not shown"
    [call] = re.findall(r"^([\d.]+)s call +test_safari.py::test_the_worker_dies", printed, re.MULTILINE)
    assert float(call) < 10


async def test_each_mistake_is_one_sentence(tmp_path: Path) -> None:
    returned = {f"test_{number}": repr(trip) for number, trip in enumerate(MISTAKES)}
    write(tmp_path, test_unnamed=USES)
    for name, trip in {**returned, "test_hidden": "hidden()"}.items():
        write(tmp_path, **{name: HIDDEN + NAMED.replace("return Safari", f"return {trip}") + USES})
    code, printed = await pytest_in(tmp_path)

    assert code == 1
    assert "Traceback" not in printed
    assert "voyage/testing" not in printed
    for sentence in (*MISTAKES.values(), "Hidden can't be found as test_hidden:hidden.<locals>.Hidden"):
        assert sentence in printed


@pytest.mark.parametrize("how", ["pytest's settings", "the environment"])
async def test_a_trip_may_be_named_without_a_fixture(tmp_path: Path, how: str) -> None:
    write(tmp_path, test_safari=PASSES)
    named = "my_trips:Safari"
    if how == "pytest's settings":
        (tmp_path / "pytest.ini").write_text(f"[pytest]\nvoyage_trip = {named}\npythonpath = .\n")
    code, printed = await pytest_in(
        tmp_path, environment={"VOYAGE_TRIP": named, "VOYAGE_HEALTH_PORT": "1"} if "env" in how else {}
    )
    assert code == 0, printed


async def test_a_call_that_is_under_way_at_the_end_holds_up_nothing(tmp_path: Path) -> None:
    write(tmp_path, test_safari=NAMED + GOES_ON)
    code, printed = await pytest_in(tmp_path, "--durations=0", "-vv")
    assert code == 0, printed
    [teardown] = re.findall(r"^([\d.]+)s teardown", printed, re.MULTILINE)
    assert float(teardown) < 10


async def test_each_process_of_xdist_has_queues_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, test_a=NAMED + TWO_TESTS)
    code, printed = await pytest_in(tmp_path, "-n", "2", "-rP")
    assert code == 0, printed
    assert len(set(re.findall(r"^queue (\S+)", printed, re.MULTILINE))) == 2


async def test_without_the_extra_the_fixture_says_what_to_install(tmp_path: Path) -> None:
    write(tmp_path, test_safari=NAMED + PASSES, conftest="import sys\nsys.modules['aiohttp'] = None\n")
    code, printed = await pytest_in(tmp_path)
    assert code == 1
    assert (
        'aiohttp is not installed, which the fixture voyage needs. Install it: pip install "voyage-bridge['
        in printed
    )


async def test_a_suites_own_fixture_of_that_name_wins(tmp_path: Path) -> None:
    own = (
        "import pytest\n@pytest.fixture\ndef voyage(): return 7\n\ndef test_it(voyage): assert voyage == 7\n"
    )
    write(tmp_path, test_own=own)
    code, printed = await pytest_in(tmp_path)
    assert (code, "1 passed" in printed) == (0, True), printed
