"""What a person sees: `voyage` in a real terminal (a pty), and what a program gets instead."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from tests.acceptance.conftest import World
from tests.acceptance.inbox import TRIP
from tests.acceptance.screens import TRIP_OPTIONS, plain, screen

ESCAPE = "\x1b["
COLOUR = "\x1b[3"  # the colours of text, and 39, which ends them


async def test_watch_shows_the_legs_live_in_a_terminal(booking: World) -> None:
    code, seen = await screen(booking, *TRIP_OPTIONS, "slow-hotel", "--watch")

    assert code == 0
    assert seen.index("waits") < seen.index("being booked") < seen.index("hotel-")
    assert "Booked" in plain(seen)[-1]
    assert f"{ESCAPE}1A" in seen  # it moves the cursor up and draws again in place
    assert COLOUR in seen


async def test_watch_without_a_terminal_is_a_line_for_each_change(booking: World) -> None:
    code, printed, complained = await booking.voyage(*TRIP_OPTIONS, "slow-invalid-hotel", "--watch")
    lines = printed.splitlines()

    assert (code, complained) == (1, "")
    assert lines.index("hotel: being booked") < lines.index(
        "hotel: refused (Invalid hotel booking, rolling back!)"
    )
    assert "car: undone" in lines
    assert lines[-1].startswith("Cancelled ")
    assert lines[-1].endswith(": Invalid hotel booking, rolling back!")
    assert ESCAPE not in printed


async def test_watch_with_json_leaves_standard_output_to_the_result(booking: World) -> None:
    code, printed, complained = await booking.voyage(*TRIP_OPTIONS, "slow-hotel", "--watch", "--json")

    assert (code, json.loads(printed)["status"]) == (0, "booked")
    assert "hotel: being booked" in complained


async def test_watch_tells_a_rejection(booking: World) -> None:
    own = uuid4().hex
    await booking.voyage(*TRIP_OPTIONS, "my-hotel", "--booking-id", own)
    code, printed, _ = await booking.voyage(*TRIP_OPTIONS, "another", "--booking-id", own, "--watch")

    first, last = printed.splitlines()
    assert (code, first, last.startswith("Rejected ")) == (1, f"Booking {own}", True)


@pytest.mark.parametrize("columns", [80, 60])
async def test_in_a_terminal_a_booking_is_watched_by_itself_and_its_id_comes_first(
    booking: World, columns: int
) -> None:
    own = uuid4().hex
    options = (*TRIP_OPTIONS, "invalid-hotel-with-a-view-of-the-harbour", "--booking-id", own)
    code, seen = await screen(booking, *options, columns=columns)
    lines = plain(seen)

    assert (code, lines[0]) == (1, f"Booking {own}")
    assert [line for line in lines if len(line) > columns] == []
    assert any("invalid-hotel-with-a-view-of-the-harbour" in line for line in lines), "items are whole"
    summary = f"Cancelled {own}: Invalid hotel booking, rolling back!"
    assert " ".join(line.strip() for line in lines[-2:]).endswith(summary), "its words are whole"
    assert "{" not in seen


async def test_without_watching_a_terminal_shows_the_id_and_then_json(booking: World) -> None:
    own = uuid4().hex
    code, seen = await screen(booking, *TRIP_OPTIONS, "my-hotel", "--booking-id", own, "--no-watch")
    first, *rest = plain(seen)

    assert (code, first) == (0, f"Booking {own}")
    assert json.loads("\n".join(rest))["booking_id"] == own


@pytest.mark.parametrize("option", ["--watch", "--no-watch"])
async def test_ctrl_c_says_how_to_see_and_cancel_a_booking_that_goes_on(booking: World, option: str) -> None:
    own = uuid4().hex
    options = (*TRIP_OPTIONS, "slow-hotel", "--booking-id", own, option)
    code, seen = await screen(booking, *options, interrupted_at=own)

    assert code == 130
    assert f"See how it stands: voyage status {own}; cancel it: voyage cancel {own}" in seen


async def test_a_booking_without_a_result_in_time_says_how_to_see_and_cancel_it(booking: World) -> None:
    own = uuid4().hex
    options = (*TRIP_OPTIONS, "slow-hotel", "--booking-id", own, "--timeout", "0.1")
    code, printed, said = await booking.voyage(*options)

    assert (code, printed, said.count("\n")) == (3, "", 1)
    assert said.endswith(f"See how it stands: voyage status {own}; cancel it: voyage cancel {own}\n")


async def test_results_end_after_a_silence(booking: World) -> None:
    code, printed, said = await booking.voyage("results", "--timeout", "0.5")
    assert (code, printed, said) == (0, "", "")
    code, printed, said = await booking.voyage("results", "--timeout", "0.5", "--count", "2")
    told = "0 of 2 results came; then none for 0.5 s. Ask again later."
    assert (code, printed, said) == (3, "", f"voyage: {told}\n")


async def test_results_as_a_table(booking: World, tmp_path: Path) -> None:
    trips = tmp_path / "trips.jsonl"
    own = [uuid4().hex for _ in range(2)]
    hotels = ("my-hotel", "invalid-hotel")
    rows = [{**TRIP, "booking_id": i, "hotel": hotel} for i, hotel in zip(own, hotels, strict=True)]
    trips.write_text("\n".join(map(json.dumps, rows)))
    _, printed, _ = await booking.voyage("publish", str(trips), "--json")
    assert [json.loads(line)["booking_id"] for line in printed.splitlines()] == own
    code, printed, _ = await booking.voyage(
        "results", "--count", "2", "--table", environment={"COLUMNS": "160"}
    )
    header, *lines = printed.splitlines()

    assert (code, header.split()) == (0, ["status", "booking", "user", "what"])
    assert any(line.split()[:2] == ["booked", own[0]] for line in lines)
    assert any(
        line.split()[:2] == ["cancelled", own[1]] and "hotel: Invalid hotel booking" in line for line in lines
    )
    assert ESCAPE not in printed


async def test_publish_shows_progress_with_rate_and_time_left(booking: World, tmp_path: Path) -> None:
    trips = tmp_path / "trips.jsonl"
    trips.write_text("\n".join(json.dumps({**TRIP, "hotel": "invalid"}) for _ in range(300)))
    code, seen = await screen(booking, "publish", str(trips))
    await booking.voyage("results", "--count", "300")

    assert code == 0
    assert "Publishing" in seen
    assert "300/300" in seen
    assert "/s time left" in seen.replace(f"{ESCAPE}0m", "").replace(f"{ESCAPE}31m", "")
    assert "300 requests published" in seen


@pytest.mark.parametrize("without", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
async def test_no_colours_where_they_are_not_wanted(booking: World, without: dict[str, str]) -> None:
    code, seen = await screen(booking, "status", "nobody", "--table", environment=without)

    assert (code, COLOUR in seen) == (1, False)
    assert "unknown_booking" in seen
