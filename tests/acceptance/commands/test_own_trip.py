"""A trip of one's own, over real servers: each command is as its declaration says."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from tests.acceptance.commands.test_http_door import open_door
from tests.acceptance.conftest import World, a_world
from tests.acceptance.inbox import Inbox
from tests.conftest import own_names
from tests.poll import eventually
from tests.rabbitmq import connect
from voyage import devstack

LODGE = ("--lodge", '{"name": "my-lodge", "nights": 2}')
OPTIONS = (*LODGE, "--permit", "my-permit", "--voucher.code", "my-code")
JEEP = ("--jeep.seats", "4", "--jeep.start", "2030-01-31")
REQUEST: dict[str, Any] = {
    "name": "Jane Smith",
    "jeep": {"seats": 4, "start": "2030-01-31"},
    "lodge": {"name": "my-lodge", "nights": 2},
    "permit": "my-permit",
    "voucher": {"code": "my-code"},
}
LEGS = ["jeep", "lodge", "permit", "voucher"]


@pytest.fixture(scope="module")
async def safari(servers: devstack.Servers) -> AsyncIterator[World]:
    """A world in which that trip is booked."""
    async with a_world(servers.amqp_url, servers.temporal_address, own_names()) as world:
        world.extra["VOYAGE_TRIP"] = "tests.trips.safari:Safari"
        await world.everything()
        yield world


@pytest.fixture
async def inbox(safari: World) -> AsyncIterator[Inbox]:
    async with await connect(safari.settings.amqp_url.get_secret_value()) as connection:
        yield await Inbox.open(await connection.channel(), safari.settings)


@pytest.mark.parametrize(
    "jeep",
    [
        JEEP,
        ("--jeep", '{"seats": 4, "start": "2030-01-31"}'),
        ("--jeep", '{"seats": 1, "start": "2030-01-31"}', "--jeep.seats", "4"),
    ],
    ids=["parts", "JSON", "both"],
)
async def test_it_is_booked_by_its_options(safari: World, jeep: tuple[str, ...]) -> None:
    code, printed, complained = await safari.voyage("book", *OPTIONS, *jeep)
    result = json.loads(printed)

    assert (code, complained, result["status"]) == (0, "", "booked")
    assert [leg["leg"] for leg in result["legs"]] == LEGS, "the guide was not asked for"
    assert result["jeep"] == 'Jeep: {"seats":4,"start":"2030-01-31"}'
    assert result["lodge"] == "Lodge: my-lodge, 2 nights"


async def test_a_leg_that_is_refused_undoes_the_others_while_somebody_watches(safari: World) -> None:
    voucher = ("--voucher.code", "invalid-code")
    code, printed, _ = await safari.voyage(
        "book", *OPTIONS, *JEEP, *voucher, "--guide", "slow-guide", "--watch"
    )
    lines = printed.splitlines()

    assert code == 1
    assert lines.index("guide: being booked") < lines.index("guide: undone")
    assert {"jeep: undone", "lodge: undone", "guide: undone", "permit: undone"} <= set(lines)
    assert lines[-1].startswith("Cancelled ")


async def test_status_and_results_are_tables(safari: World, tmp_path: Path) -> None:
    own, wide = uuid4().hex, {"COLUMNS": "400"}
    (tmp_path / "trips.jsonl").write_text(json.dumps({**REQUEST, "booking_id": own}))
    published, _, _ = await safari.voyage("publish", str(tmp_path / "trips.jsonl"))
    code, printed, _ = await safari.voyage("results", "--count", "1", "--table", environment=wide)
    stands, told, _ = await safari.voyage("status", own, "--table", environment=wide)

    assert (published, code, stands) == (0, 0, 0)
    for table in (printed, told):
        assert table.splitlines()[1].split()[:2] == ["booked", own]
        assert "Lodge: my-lodge, 2 nights, Permit: my-permit" in table


async def test_a_file_with_a_wrong_line_is_told_what_is_wrong(safari: World, tmp_path: Path) -> None:
    file = tmp_path / "trips.jsonl"
    file.write_text(json.dumps({**REQUEST, "jeep": {"seats": 0}}))
    code, _, complained = await safari.voyage("publish", str(file))

    assert code == 2
    assert f"{file}:1: jeep.seats: takes 1 or more; jeep.start: must be" in complained


async def test_a_rejection_names_the_nested_field_by_which_its_dead_letter_is_corrected(
    safari: World, inbox: Inbox
) -> None:
    own = uuid4().hex
    await inbox.send({**REQUEST, "jeep": {"seats": 0, "start": "2030-01-31"}}, message_id=own)
    rejected = await inbox.answer()

    async def is_there() -> bool:
        return await safari.depth(safari.settings.dead_queue) == 1

    await eventually("the dead letter", is_there)
    unknown = await safari.voyage("dead", "replay", "--id", own, "--set", "jeep.seets=4")
    code, printed, _ = await safari.voyage("dead", "replay", "--id", own, "--set", "jeep.seats=4")
    result = await inbox.answer()

    assert rejected["reason"]["message"] == "jeep.seats: takes 1 or more"
    assert (unknown[0], "there are jeep.seats, jeep.start" in unknown[2]) == (2, True)
    assert (code, printed) == (0, f"{own}\tinvalid\n1 replayed.\n")
    assert (result["status"], result["booking_id"]) == ("booked", own)
    assert result["jeep"] == 'Jeep: {"seats":4,"start":"2030-01-31"}'


async def test_the_http_endpoint_takes_it_and_names_nested_fields(safari: World) -> None:
    async with await open_door(safari) as door:
        booked = await door.post("/book", json=REQUEST)
        wrong = await door.post("/book", json={**REQUEST, "jeep": {"seats": "many"}, "permit": 4})

    assert (booked.status_code, booked.json()["status"]) == (200, "booked")
    assert wrong.status_code == 422
    assert [error["field"] for error in wrong.json()["errors"]] == ["jeep.seats", "jeep.start", "permit"]


async def test_the_documents_are_those_of_the_trip(safari: World) -> None:
    printed = await asyncio.gather(
        safari.voyage("asyncapi"), *(safari.voyage("schema", name) for name in ("request", "result"))
    )
    asyncapi, request, result = (json.loads(text) for _, text, _ in printed)
    [example] = asyncapi["components"]["messages"]["bookingRequest"]["examples"]
    code, booked, _ = await safari.voyage("book", *OPTIONS, *JEEP)

    Draft202012Validator(request).validate(example["payload"])
    Draft202012Validator(request).validate(REQUEST)
    assert not Draft202012Validator(request).is_valid(
        {**REQUEST, "jeep": {"seats": 0, "start": "2030-01-31"}}
    )
    Draft202012Validator(result).validate(json.loads(booked))
    assert code == 0


HELP = [
    "--jeep JSON",
    "--jeep.seats N",
    "How many can sit in it.",
    "Which permit to get.",
    "--loyalty-number TEXT",
]


async def test_the_help_is_that_of_the_trip(safari: World) -> None:
    code, printed, _ = await safari.voyage("book", "--help")
    assert (code, [text for text in HELP if text not in printed]) == (0, [])
    assert "--car" not in printed


@pytest.mark.parametrize("command", [("status", "x"), ("asyncapi",), ("book",), ()])
async def test_a_trip_that_isnt_there_is_one_line(safari: World, command: tuple[str, ...]) -> None:
    nowhere = {"VOYAGE_TRIP": "tests.trips.safari:Cruise"}
    code, printed, complained = await safari.voyage(*command, environment=nowhere)

    assert (code, printed, complained.count("\n")) == (2, "", 1)
    assert complained.startswith(
        "voyage: VOYAGE_TRIP: can't load 'tests.trips.safari:Cruise' (AttributeError: "
    )


@pytest.mark.parametrize("command", [(), ("book",), ("dead", "replay")])
async def test_the_help_goes_on_without_it(safari: World, command: tuple[str, ...]) -> None:
    nowhere = {"VOYAGE_TRIP": "nowhere:Safari"}
    code, printed, complained = await safari.voyage(*command, "--help", environment=nowhere)

    assert (code, complained) == (0, "")
    assert ("VOYAGE_TRIP: can't load 'nowhere:Safari'" in printed) == (command != ("dead", "replay"))
    assert "--car" not in printed
