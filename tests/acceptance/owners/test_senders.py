"""Who sent a message is what RabbitMQ has checked, and nothing else."""

import json
from uuid import uuid4

import pytest
from aio_pika.exceptions import ChannelPreconditionFailed

from publisher import Status
from tests.acceptance.owners.conftest import ALICE, BOB, OPERATOR, PROXY, Users, next_result, trip

pytestmark = pytest.mark.thorough


async def rejected(users: Users, message_id: str) -> tuple[str, str]:
    letter = await users.letter(message_id)
    return str(letter.headers["x-reason"]), str(letter.headers["x-error"])


async def test_a_request_without_a_user_is_rejected_and_says_why(users: Users) -> None:
    own = await users.send(ALICE, users.world.settings.requests_queue, trip("any").to_body())

    reason, error = await rejected(users, own)
    assert (reason, error.split(":")[0]) == ("invalid", "user_id")


async def test_rabbitmq_refuses_a_user_that_is_another(users: Users) -> None:
    with pytest.raises(ChannelPreconditionFailed, match="user_id"):
        await users.send(BOB, users.world.settings.requests_queue, user_id=ALICE)


@pytest.mark.parametrize("header", ["x-owner", "x-user-id"])
async def test_headers_give_nobody_another_users_booking(users: Users, header: str) -> None:
    own = uuid4().hex
    async with await users.client(ALICE) as alice, await users.client(BOB) as bob:
        await alice.book(trip(own))
        if header == "x-owner":
            sent = await users.send(
                BOB,
                users.world.settings.requests_queue,
                trip(own).to_body(),
                user_id=BOB,
                headers={header: ALICE},
            )
            assert (await rejected(users, sent))[1].startswith("x-owner:")
        else:
            assert not (await bob.book(trip(own), headers={header: ALICE})).duplicate
        status = await bob.status(own)
    assert (status.status is Status.UNKNOWN_BOOKING) == (header == "x-owner")


async def test_a_control_message_without_a_user_changes_nothing(users: Users) -> None:
    own = uuid4().hex
    async with await users.client(ALICE) as alice:
        for properties in ({}, {"user_id": BOB, "headers": {"x-owner": ALICE}}):
            await users.send(
                BOB,
                users.world.settings.control_queue,
                json.dumps({"booking_id": own}).encode(),
                type="booking.cancel",
                **properties,
            )
        await users.world.services[0].logged("dropped: x-owner")
        assert (await alice.book(trip(own))).status is Status.BOOKED


async def test_an_operator_acts_for_others_and_so_does_who_may_impersonate(users: Users) -> None:
    own = uuid4().hex
    async with await users.client(ALICE) as alice, await users.client(OPERATOR) as operator:
        first = await alice.book(trip(own))
        again = await operator.book(trip(own), headers={"x-owner": ALICE})
        told = await operator.status(own, owner=ALICE)
        unknown = await operator.status(own)
    assert (again.duplicate, again.car, told.car) == (True, first.car, first.car)
    assert unknown.status is Status.UNKNOWN_BOOKING

    async with await users.client(ALICE) as alice:
        another = uuid4().hex
        await users.send(PROXY, users.world.settings.requests_queue, trip(another).to_body(), user_id=ALICE)
        result = await next_result(alice)
        assert result.booking_id == another


async def test_the_commands_act_for_others_as_an_operator(users: Users) -> None:
    own = uuid4().hex
    async with await users.client(ALICE) as alice:
        await alice.book(trip(own))
    environment = users.environment(OPERATOR)
    code, printed, _ = await users.world.voyage("status", own, "--owner", ALICE, environment=environment)
    assert (code, json.loads(printed)["status"]) == (0, "booked")
    code, _, _ = await users.world.voyage("status", own, environment=environment)
    assert code == 1
    code, _, _ = await users.world.voyage(
        "status", own, "--owner", ALICE, "--timeout", "2", environment=users.environment(BOB)
    )
    assert code == 3


@pytest.mark.parametrize("whose", ["alice.secret", "alice", "", "bob", "bob@40example@2Eco.x"])
async def test_no_answer_goes_to_another_users_queue(users: Users, whose: str) -> None:
    queue = f"{users.world.settings.results_queue}.{whose}".rstrip(".")
    sent = await users.send(
        BOB, users.world.settings.requests_queue, trip(uuid4().hex).to_body(), user_id=BOB, reply_to=queue
    )
    assert (await rejected(users, sent))[0] == "reply_to_not_allowed"
