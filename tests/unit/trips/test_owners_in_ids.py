"""Ids of owners, and of bookings that have one: none can be taken for another."""

from itertools import combinations

import pytest

from saga.legs import idempotency_key
from voyage.trips import booking_ids
from voyage.trips.booking_ids import LONGEST_OWNER, owner_id, split, user_of, workflow_id

USERS = (
    "a",
    "a.b",
    "a/b",
    "a@2Fb",
    "a%2Fb",
    "A",
    "é",
    "\ud800",
    "parked",
    "@@",
    "x" * 64,
    "x" * 65,
    "x" * 66,
)


def test_no_two_users_have_the_same_id_and_each_fits_into_a_queue_name_and_a_workflow_id() -> None:
    ids = [owner_id(user) for user in USERS]

    assert len(set(ids)) == len(ids)
    for one, other in combinations(ids, 2):
        assert not one.startswith(f"{other}.")
        assert not other.startswith(f"{one}.")
    assert all(len(one) <= LONGEST_OWNER and not set(one) & set("./:~=*#") for one in ids)


@pytest.mark.parametrize("user", ["alice", "bob@example.com", "a%40/b", "é"])
def test_an_id_tells_the_user(user: str) -> None:
    assert user_of(owner_id(user)) == user


def test_the_id_of_a_long_name_is_a_hash() -> None:
    assert user_of(owner_id("x" * 65)) is None


@pytest.mark.parametrize("booking", ["trip-1", "b/trip-1", "für alle", "a" * 300])
def test_a_booking_of_an_owner_is_none_without_or_of_another(booking: str) -> None:
    ids = {workflow_id(booking, owner) for owner in (None, "a", "b", "a-b")}

    assert len(ids) == 4
    assert split(workflow_id(booking, "a"))[0] == "a"
    assert split(workflow_id(booking)) == (None, workflow_id(booking).removeprefix("booking-"))


def test_suppliers_tell_owners_apart_without_their_names() -> None:
    keys = {idempotency_key(workflow_id("trip-1", owner), "car") for owner in (None, "alice", "bob")}

    assert len(keys) == 3
    assert "booking-trip-1:car" in keys
    assert not any("alice" in key for key in keys)


def test_a_person_names_a_booking_as_it_is_shown_or_as_its_workflow() -> None:
    for text in ("alice/trip-1", "booking-alice/trip-1"):
        assert list(booking_ids.perhaps_meant(text)) == ["booking-alice/trip-1"]
    assert list(booking_ids.perhaps_meant("booking-1")) == ["booking-booking-1", "booking-1"]
