"""A dead letter, and a copy that waits, stay their sender's: also when an operator sends them again."""

from uuid import uuid4

import pytest

from consumer.owners import Party, party_of
from publisher import Status
from publisher.amqp.connection import connected
from publisher.amqp.message import Delivery
from publisher.amqp.ownership import copy_of
from publisher.errors import NotEditableError
from tests.acceptance.owners.conftest import ALICE, BOB, BRIDGE, OPERATOR, Users, next_result, trip
from tests.poll import eventually

pytestmark = pytest.mark.thorough


async def replay(users: Users, message_id: str, **changes: str) -> list[str]:
    async with await users.client(OPERATOR) as operator:

        async def there() -> bool:
            return any([letter.id == message_id async for letter in operator.dead_letters.browse()])

        await eventually("the dead letter", there)
        replaying = operator.dead_letters.replay(lambda one: one.id == message_id, changes)
        return [letter.id async for letter in replaying]


async def test_a_replayed_letter_is_booked_for_its_owner_and_answered_there(users: Users) -> None:
    own = uuid4().hex
    body = trip(own).to_body().replace(b'"Jane"', b'""')
    requests = users.world.settings.requests_queue
    async with await users.client(ALICE) as alice, await users.client(OPERATOR) as operator:
        sent = await users.send(ALICE, requests, body, user_id=ALICE)
        result = await next_result(alice)
        assert result.status is Status.REJECTED
        assert await replay(users, sent, name="Jane") == [sent]
        result = await next_result(alice)
        assert (result.status, result.booking_id) == (Status.BOOKED, own)
        assert (await alice.status(own)).status is Status.BOOKED
        assert (await operator.status(own)).status is Status.UNKNOWN_BOOKING


async def test_a_letter_that_a_client_has_forged_is_not_replayed_for_whom_it_names(users: Users) -> None:
    own, dead = uuid4().hex, users.world.settings.dead_queue
    headers = {"x-user-id": ALICE, "x-owner": ALICE, "x-reason": "invalid"}
    for forger in ({"user_id": BOB}, {}):
        sent = await users.send(BOB, dead, trip(own).to_body(), headers=headers, **forger)
        with pytest.raises(NotEditableError, match="VOYAGE_OPERATORS"):
            await replay(users, sent)
        await users.letter(sent)
    async with await users.client(ALICE) as alice:
        assert (await alice.status(own)).status is Status.UNKNOWN_BOOKING


async def test_a_letter_that_rabbitmq_has_moved_is_its_senders(users: Users) -> None:
    """Its header names somebody else, which only an operator's does with effect."""
    own, dead = uuid4().hex, users.world.settings.dead_queue
    body = trip(own).to_body()
    sent = await users.send(BOB, dead, body, user_id=BOB, headers={"x-owner": ALICE})
    async with await users.client(BOB) as bob:
        assert await replay(users, sent) == [sent]
        result = await next_result(bob)
        assert result.booking_id == own


@pytest.mark.parametrize(
    ("user", "headers", "owner"),
    [(ALICE, {}, ALICE), (ALICE, {"x-user-id": OPERATOR}, ALICE), (OPERATOR, {"x-owner": ALICE}, ALICE)],
)
async def test_a_copy_that_a_consumer_sends_is_its_senders_still(
    users: Users, user: str, headers: dict[str, str], owner: str
) -> None:
    """As after ten returns while Temporal is away; RabbitMQ would refuse the property itself."""
    settings, queue = users.world.settings, f"copies.{uuid4().hex}"
    original = Delivery(body=b"{}", user_id=user, headers={**headers, "large": "x" * 50_000})
    async with connected(settings) as connection:
        channel = await connection.channel()
        declared = await channel.declare_queue(queue, exclusive=True)
        for _ in range(3):  # a copy of a copy is the same
            await channel.default_exchange.publish(copy_of(original, BRIDGE, 4096), queue)
            original = Delivery.from_message(await declared.get(no_ack=True))

    assert original.user_id == BRIDGE
    assert party_of(original, settings) == Party(sender=user, owner=owner, is_operator=user == OPERATOR)


async def test_a_consumers_own_message_without_a_sender_is_nobodys(users: Users) -> None:
    settings = users.world.settings
    sent = await users.send(BRIDGE, settings.requests_queue, trip("any").to_body(), user_id=BRIDGE)
    assert str((await users.letter(sent)).headers["x-error"]).startswith("user_id:")
