"""The tutorial's own door: its curl lines, its answers, and what the door adds to them."""

import asyncio
import inspect
import json
import re
import shlex
import shutil
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from examples.http.command import main
from tests.acceptance.conftest import World, a_world
from tests.conftest import own_names
from tests.poll import eventually
from voyage import devstack
from voyage.devstack.ports import free_port, listening

PAGE = (Path(__file__).parents[3] / "docs" / "from-the-tutorial.md").read_text()
CURL_LINES = re.findall(r"```bash\n(curl.*?)```", PAGE, re.DOTALL)
ANSWERS = [json.loads(shown) for shown in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
TRIP = {"name": "Jane Smith", "attempts": 3, "car": "c", "hotel": "h", "flight": "f"}


async def open_door(world: World) -> httpx.AsyncClient:
    port = free_port()
    await world.run("examples.http", "--port", str(port), "--broker-timeout", "3")
    await eventually("the door to open", lambda: listening("127.0.0.1", port))
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=70)


@pytest.fixture(scope="session")
async def door(booking: World) -> AsyncIterator[httpx.AsyncClient]:
    async with await open_door(booking) as door:
        yield door


def without_digits(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer whose user id has no digits: they follow from the booking id here, from chance there."""
    return {**answer, "user_id": re.sub(r"-\d{6}$", "", answer["user_id"])}


async def run(line: str) -> dict[str, Any]:
    """What a curl line prints; on a machine without curl, what the same request is answered."""
    words = shlex.split(line.replace("\\\n", " "))
    if not shutil.which("curl"):
        _, _, method, url, _, header, _, body = words
        name, value = header.split(": ")
        async with httpx.AsyncClient() as client:
            sent = await client.request(method, url, headers={name: value}, content=body, timeout=70)
        return dict(sent.json())
    process = await asyncio.create_subprocess_exec(*words, stdout=PIPE, stderr=PIPE)
    return dict(json.loads((await process.communicate())[0]))


@pytest.mark.parametrize(("line", "shown"), list(zip(CURL_LINES, ANSWERS, strict=True)))
async def test_the_tutorials_curl_line_is_answered_as_the_tutorial_shows(
    door: httpx.AsyncClient, line: str, shown: dict[str, Any]
) -> None:
    assert "localhost:3002" in line
    answer = await run(line.replace("localhost:3002", f"localhost:{door.base_url.port}"))

    assert without_digits({key: answer[key] for key in shown}) == without_digits(shown)
    assert set(answer) & {"car", "hotel", "flight"} == set(shown) & {"car", "hotel", "flight"}


def test_the_door_is_on_the_tutorials_port() -> None:
    assert inspect.signature(main).parameters["port"].default == 3002


async def test_the_same_idempotency_key_is_booked_once(door: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    first = await door.post("/book", json=TRIP, headers=key)
    again = await door.post("/book", json=TRIP, headers=key)
    other = await door.post("/book", json={**TRIP, "car": "another"}, headers=key)

    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 422)
    assert again.json() == {**first.json(), "duplicate": True}
    assert (other.headers["Content-Type"], other.json()["code"]) == (
        "application/problem+json; charset=utf-8",
        "conflict",
    )


@pytest.mark.parametrize("preference", ["wait=0", "respond-async", "foo, wait=0; bar"])
async def test_a_booking_that_takes_longer_than_asked_has_an_address(
    door: httpx.AsyncClient, preference: str
) -> None:
    trip = {**TRIP, "car": "slow-car"}
    accepted = await door.post("/book", json=trip, headers={"Prefer": preference})
    assert (accepted.status_code, accepted.json()["status"]) == (202, "running")
    assert accepted.headers["Preference-Applied"] == "wait=0"

    at_once = await door.get(accepted.headers["Location"])
    assert (at_once.status_code, at_once.json()["status"]) == (200, "running")

    async def ended() -> dict[str, Any] | None:
        response = await door.get(accepted.headers["Location"])
        answer: dict[str, Any] = response.json()
        assert response.status_code == 200, answer
        return answer if answer["status"] != "running" else None

    result = await eventually("the booking to end", ended)
    assert (result["status"], result["booking_id"]) == ("booked", accepted.json()["booking_id"])


async def test_a_booking_within_the_time_asked_for_is_answered(door: httpx.AsyncClient) -> None:
    answer = await door.post("/book", json=TRIP, headers={"Prefer": "wait=60"})

    assert (answer.status_code, answer.json()["status"]) == (200, "booked")
    assert (await door.get(answer.headers["Location"])).json()["user_id"] == answer.json()["user_id"]


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"json": {**TRIP, "attempts": 0, "car": " "}}, 422, r"attempts: .*; car: must not be blank"),
        ({"json": {}}, 422, r"name: must be given; .*"),
        ({"json": {**TRIP, "booking_id": ["x"]}}, 422, r"booking_id: .*"),
        ({"json": {**TRIP, "booking_id": "x"}, "headers": {"Idempotency-Key": "y"}}, 400, r".*send one"),
        ({"json": [TRIP]}, 400, r"The body must be a JSON object"),
        ({"content": b"\xff{", "headers": {"Content-Type": "application/json"}}, 400, r".* is not JSON: .*"),
        ({"data": {"name": "Jane"}}, 415, r"Send JSON, .*"),
        ({"json": {**TRIP, "car": "c" * 70_000}}, 413, r".*"),
    ],
)
async def test_what_is_no_trip_is_a_problem_that_says_why(
    door: httpx.AsyncClient, sent: dict[str, Any], status: int, said: str
) -> None:
    answer = await door.post("/book", **sent)

    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert re.fullmatch(said, answer.json()["detail"])


@pytest.mark.parametrize(("path", "status"), [("nobody-knows", 404), ("x" * 300, 422)])
async def test_an_id_that_nobody_knows(door: httpx.AsyncClient, path: str, status: int) -> None:
    assert (await door.get(f"/bookings/{path}")).status_code == status


@pytest.mark.thorough
async def test_without_rabbitmq_the_door_says_so_and_is_back_with_it(servers: devstack.Servers) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    with devstack.RabbitMq() as rabbitmq:
        async with a_world(rabbitmq.url, servers.temporal_address, own_names()) as world:
            rabbitmq.stop()
            async with await open_door(world) as door:
                before = await door.post("/book", json=TRIP, headers=key)
                rabbitmq.start()
                await asyncio.gather(world.consumer(), world.worker())
                booked = await door.post("/book", json=TRIP, headers=key)
                rabbitmq.stop()
                away = await door.post("/book", json=TRIP, headers={**key, "Prefer": "wait=0"})
                rabbitmq.start()

                async def answered() -> httpx.Response | None:
                    answer = await door.post("/book", json=TRIP, headers=key)
                    return answer if answer.status_code == 200 else None

                again = await eventually("the door to be back", answered, within=60)

    assert [before.status_code, booked.status_code, away.status_code] == [503, 200, 503]
    assert (before.headers["Retry-After"], "can't be used" in before.json()["detail"]) == ("2", True)
    assert again.json() == {**booked.json(), "duplicate": True}
