"""The short form of `python -m tests.silence`: one connection of each process goes silent under load."""

import asyncio

import pytest

from publisher.contract.result import Status
from tests.silence.rounds import Round, run
from tests.silence.world import Link, a_world
from voyage import devstack
from voyage.runtime.settings import LEAST_SILENCE

pytestmark = pytest.mark.thorough

ROUNDS = (
    Round(Link.CONSUMER_TO_RABBITMQ, "both ways", "under load"),
    Round(Link.CONSUMER_TO_TEMPORAL, "from the server", "under load"),
    Round(Link.WORKER_TO_TEMPORAL, "from the server", "at rest"),
    Round(Link.CLIENT_TO_RABBITMQ, "from the server", "under load"),
)


A_ROUND = 120.0  # a deadline for all that has to happen in one; how long it takes, the long form tells


@pytest.mark.timeout(400)
async def test_a_connection_that_goes_silent_ends_no_process_and_every_booking_is_answered(
    servers: devstack.Servers,
) -> None:
    async with a_world(servers.amqp_url, servers.temporal_address, LEAST_SILENCE) as world:
        for one in ROUNDS:
            outcome = await asyncio.wait_for(run(world, one), A_ROUND)

            assert outcome.ended == [], one
            assert outcome.statuses == {Status.BOOKED}, one
