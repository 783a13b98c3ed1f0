"""`voyage dead`: look, replay through the front door, drop; nothing lost, nothing booked twice."""

import json
from typing import Any
from uuid import uuid4

import pytest

from publisher import Client
from tests.acceptance.conftest import World
from tests.acceptance.inbox import TRIP, Inbox
from tests.poll import eventually


@pytest.fixture
async def empty(client: Client) -> None:
    """No dead letters of other tests."""
    [_ async for _ in client.dead_letters.drop(lambda _: True)]


async def dead_letter(inbox: Inbox, world: World, body: bytes, **properties: Any) -> str:
    """Send something that is rejected; its id among the dead letters."""
    own = uuid4().hex
    before = await world.depth(world.settings.dead_queue)
    await inbox.send(body, message_id=own, **properties)
    assert (await inbox.answer())["status"] == "rejected"

    async def is_there() -> bool:
        return await world.depth(world.settings.dead_queue) > before

    await eventually("the dead letter", is_there)
    return own


@pytest.mark.usefixtures("empty")
async def test_list_and_show_tell_id_reason_time_and_body_and_change_nothing(
    booking: World, inbox: Inbox, client: Client
) -> None:
    own = await dead_letter(inbox, booking, b'{"name": "Jane"}', headers={"mine": "x"})
    for _ in range(25):  # more often than any delivery limit
        assert [letter.id async for letter in client.dead_letters.browse()] == [own]
    _, printed, _ = await booking.voyage("dead", "list", "--json")
    [letter] = [json.loads(line) for line in printed.splitlines()]
    assert (letter["id"], letter["reason"], letter["body"]) == (own, "invalid", '{"name": "Jane"}')
    assert letter["time"].startswith("20")
    code, printed, _ = await booking.voyage("dead", "show", own)
    assert json.loads(printed)["headers"]["mine"] == "x"
    code, printed, _ = await booking.voyage("dead", "list")
    assert (code, own in printed, "invalid" in printed) == (0, True, True)


@pytest.mark.usefixtures("empty")
async def test_an_edited_replay_books_under_the_same_id_and_once(booking: World, inbox: Inbox) -> None:
    wrong = json.dumps({**TRIP, "attempts": 0}).encode()
    own = await dead_letter(inbox, booking, wrong, correlation_id="c-1")
    code, printed, _ = await booking.voyage("dead", "replay", "--id", own, "--dry-run")
    assert (code, "1 would be replayed" in printed) == (0, True)
    code, printed, _ = await booking.voyage("dead", "replay", "--id", own, "--set", "attempts=3")
    assert (code, "1 replayed" in printed) == (0, True)
    result = await inbox.answer()
    await inbox.send({**TRIP, "attempts": 3}, message_id=own, correlation_id="c-1")
    again = await inbox.answer()

    assert (result["status"], result["booking_id"], result["duplicate"]) == ("booked", own, False)
    assert (again["message_id"], again["duplicate"]) == (result["message_id"], True)
    assert await booking.depth(booking.settings.dead_queue) == 0


@pytest.mark.usefixtures("empty")
async def test_a_dry_run_says_of_which_letters_the_change_is_impossible(booking: World, inbox: Inbox) -> None:
    twice = json.dumps({**TRIP, "attempts": 0}).replace("{", '{"car": "another", ', 1).encode()
    own = await dead_letter(inbox, booking, twice)
    rehearsal = ("dead", "replay", "--id", own, "--set", "attempts=3", "--dry-run")
    code, printed, said = await booking.voyage(*rehearsal)
    real_code, real_printed, real_said = await booking.voyage(*rehearsal[:-1])

    assert (code, said) == (real_code, real_said)
    assert "the key 'car' is there more than once" in said
    assert ("0 would be replayed" in printed, "0 replayed" in real_printed) == (True, True)


@pytest.mark.usefixtures("empty")
async def test_replaying_a_booking_that_was_made_meanwhile_returns_its_answer_and_books_nothing(
    booking: World, inbox: Inbox
) -> None:
    own = await dead_letter(inbox, booking, json.dumps({**TRIP, "attempts": 0}).encode())
    await inbox.send(TRIP, message_id=own)
    first = await inbox.answer()
    await booking.voyage("dead", "replay", "--reason", "invalid", "--set", "attempts=5")
    again = await inbox.answer()

    assert (first["status"], again["status"], again["duplicate"]) == ("booked", "booked", True)
    assert first["legs"] == again["legs"]


@pytest.mark.usefixtures("empty")
async def test_a_replay_interrupted_half_way_loses_and_doubles_nothing(
    booking: World, inbox: Inbox, client: Client
) -> None:
    ids = [await dead_letter(inbox, booking, json.dumps({**TRIP, "attempts": 0}).encode()) for _ in range(6)]
    queue = client.dead_letters
    publish = queue._publisher.publish  # noqa: SLF001 -- the test's own way to fail in the middle

    async def fail_on_the_fourth(*args: Any, **kwargs: Any) -> None:
        if args[1] == booking.settings.requests_queue and next(calls) == 3:
            raise KeyboardInterrupt
        await publish(*args, **kwargs)

    calls = iter(range(100))
    queue._publisher.publish = fail_on_the_fourth  # type: ignore[method-assign]  # noqa: SLF001 -- a broker that fails midway
    try:
        with pytest.raises(KeyboardInterrupt):
            [_ async for _ in queue.replay(lambda _: True, {"attempts": 2})]
    finally:
        queue._publisher.publish = publish  # type: ignore[method-assign]  # noqa: SLF001 -- a broker that fails midway
    assert await booking.depth(booking.settings.dead_queue) == 3
    [_ async for _ in queue.replay(lambda _: True, {"attempts": 2})]
    results = [await inbox.answer() for _ in ids]

    assert {result["booking_id"] for result in results} == set(ids)
    assert {(result["status"], result["duplicate"]) for result in results} == {("booked", False)}
    assert await inbox.depth(inbox.queue.name) == 0


@pytest.mark.usefixtures("empty")
async def test_drop_removes_what_was_selected_and_nothing_else(booking: World, inbox: Inbox) -> None:
    kept, dropped = [await dead_letter(inbox, booking, b"{}") for _ in range(2)]
    code, printed, _ = await booking.voyage("dead", "drop", "--id", dropped)
    assert (code, "1 dropped" in printed) == (0, True)
    _, printed, _ = await booking.voyage("dead", "list", "--json")

    assert [json.loads(line)["id"] for line in printed.splitlines()] == [kept]


async def test_saying_not_which_ones_is_a_usage_error(booking: World) -> None:
    code, _, complained = await booking.voyage("dead", "drop")

    assert code == 2
    assert "--id, --reason or --all" in complained


@pytest.mark.usefixtures("empty")
async def test_a_list_shows_the_first_and_says_how_many_there_are_and_how_to_see_more(
    booking: World, inbox: Inbox
) -> None:
    ids = [await dead_letter(inbox, booking, b"{}") for _ in range(3)]
    code, printed, said = await booking.voyage("dead", "list", "--limit", "2")
    assert (code, [own for own in ids if own in printed]) == (0, ids[:2])
    assert "The first 2 of 3 dead letters. More: voyage dead list --limit 3" in said
    _, printed, said = await booking.voyage("dead", "list", "--limit", "2", "--json")
    assert [json.loads(line)["id"] for line in printed.splitlines()] == ids[:2]
    assert "The first 2 of 3" in said
    _, printed, said = await booking.voyage("dead", "list")
    assert ([own for own in ids if own in printed], said) == (ids, "")
