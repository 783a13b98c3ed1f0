"""Another user's booking is as if there were none: not to be read, cancelled, repeated or occupied."""

from uuid import uuid4

import pytest
from temporalio.client import Client as Temporal

from publisher import BookingResult, Status
from tests.acceptance.owners.conftest import ALICE, BOB, Users, next_result, trip

pytestmark = pytest.mark.thorough


def apart_from(result: BookingResult, booking_id: str) -> str:
    return result.to_body().decode().replace(booking_id, "…")


async def test_each_user_has_a_booking_of_its_own_under_the_same_id(users: Users) -> None:
    own = uuid4().hex
    async with await users.client(ALICE) as alice, await users.client(BOB) as bob:
        first = await alice.book(trip(own, car="alice's"))
        other = await bob.book(trip(own, car="bob's"))
        again = await alice.book(trip(own, car="alice's"))

    assert (first.car, other.car) == ("Car: alice's", "Car: bob's")
    assert (first.duplicate, other.duplicate, again.duplicate) == (False, False, True)
    assert again.car == first.car


async def test_the_status_of_another_users_booking_is_that_of_one_which_is_not_there(users: Users) -> None:
    own, nobodys = uuid4().hex, uuid4().hex
    async with await users.client(ALICE) as alice, await users.client(BOB) as bob:
        await alice.book(trip(own))
        told, untold = await bob.status(own), await bob.status(nobodys)

    assert apart_from(told, own) == apart_from(untold, nobodys)
    assert told.status is Status.UNKNOWN_BOOKING


async def test_a_stranger_can_not_cancel_before_or_after(users: Users) -> None:
    early, late = uuid4().hex, uuid4().hex
    async with await users.client(ALICE) as alice, await users.client(BOB) as bob:
        await bob.cancel(early)
        assert (await bob.status(early)).status is Status.CANCELLED
        assert (await alice.book(trip(early))).status is Status.BOOKED

        await alice.book(trip(late))
        await bob.cancel(late)
        assert (await bob.status(late)).status is Status.CANCELLED
        assert (await alice.status(late)).status is Status.BOOKED


async def test_results_without_an_address_are_in_a_queue_of_their_owner(users: Users) -> None:
    own = uuid4().hex
    for user in (ALICE, BOB):
        async with await users.client(user) as client:
            await client.publish(trip(own, car=user))
            result = await next_result(client)
            assert (result.booking_id, result.car) == (own, f"Car: {user}")


async def test_temporal_has_the_owner(users: Users, temporal: Temporal) -> None:
    own = uuid4().hex
    async with await users.client(BOB) as bob:
        await bob.book(trip(own))
    found = await temporal.get_workflow_handle(f"booking-bob@40example@2Ecom/{own}").describe()

    assert await found.memo_value("owner") == "bob@40example@2Ecom"
    shown = {pair.key.name: pair.value for pair in found.typed_search_attributes}
    assert (shown["VoyageOwner"], shown["VoyageBookingId"]) == ("bob@40example@2Ecom", own)
