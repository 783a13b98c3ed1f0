"""`voyage book` without a result in time, and while RabbitMQ is away: what is said is what is known."""

import asyncio
from uuid import uuid4

import pytest

from tests.acceptance.conftest import World
from tests.acceptance.screens import TRIP_OPTIONS, plain, screen
from tests.chaos.proxy.tcp_proxy import Proxy


@pytest.mark.parametrize("option", ["--watch", "--no-watch"])
async def test_a_booking_that_no_consumer_has_taken_is_said_to_wait(world: World, option: str) -> None:
    await world.prepare()
    own = uuid4().hex
    options = (*TRIP_OPTIONS, "h", "--booking-id", own, "--timeout", "1", option)
    code, _, said = await world.voyage(*options)

    assert code == 3
    assert said == (
        f"voyage: No result within 1 s: no consumer takes requests. Booking {own} waits, safe in RabbitMQ, "
        f"and is booked when one does, unless you cancel it: voyage cancel {own}. "
        "Why none does: voyage-consumer doctor\n"
    )
    await world.everything()
    code, printed, _ = await world.voyage(*options, "--timeout", "30", "--json")
    assert (code, f'"booking_id":"{own}"' in printed) == (0, True)


@pytest.mark.parametrize("columns", [80, 60])
async def test_rabbitmq_that_is_lost_is_told_above_the_table_and_asked_again(
    world: World, columns: int
) -> None:
    await world.everything()
    own = uuid4().hex
    options = (*TRIP_OPTIONS, "slow-hotel", "--booking-id", own, "--timeout", "16")
    url = world.settings.amqp_url.get_secret_value()
    port = int(url.rpartition(":")[2].partition("/")[0])
    async with Proxy(port) as proxy:
        through = {"AMQP_URL": url.replace(f":{port}/", f":{proxy.port}/")}
        showing = asyncio.create_task(screen(world, *options, environment=through, columns=columns))
        await world.until_it_books(own, "hotel")
        await proxy.shut()
        code, seen = await showing
    lines = plain(seen)
    lost = next(number for number, line in enumerate(lines) if "voyage: RabbitMQ at" in line)

    assert code == 3
    assert lines[lost].startswith("voyage: RabbitMQ at")
    below = [line.split()[0] for line in lines[lost:] if line.startswith(("car ", "hotel ", "flight "))]
    assert below[:3] == ["car", "hotel", "flight"], "the table is drawn anew below the line"
    told = "RabbitMQ is away: nobody says how the booking stands. Asking again until it is back."
    assert told in " ".join(line.strip() for line in lines)
    assert "Ask again" not in seen
