"""The tutorial's trips through real messages, word for word as in the contract."""

import re

import pytest

from publisher import BookingRequest, Client
from publisher.contract.result import Status
from tests.acceptance.conftest import World, in_both_shapes

pytestmark = in_both_shapes


def trip(**changes: object) -> BookingRequest:
    valid = {leg: f"valid-{leg}-id" for leg in ("car", "hotel", "flight")}
    return BookingRequest.model_validate({"name": "John Doe", **valid, **changes})


async def test_the_trip_that_is_booked(client: Client) -> None:
    result = (await client.book(trip())).model_dump()

    assert result["cancelled"] is False
    assert result["car"] == "Car: valid-car-id"
    assert result["hotel"] == "Hotel: valid-hotel-id"
    assert result["flight"] == "Flight: valid-flight-id"
    assert result["result"] == (
        "Booked car: valid-car-id Booked hotel: valid-hotel-id Booked flight: valid-flight-id"
    )
    assert re.fullmatch(r"john-doe-\d{6}", result["user_id"])
    assert (result["status"], result["duplicate"], result["revision"]) == ("booked", False, 1)
    assert [(leg["leg"], leg["status"], leg["attempts"], leg["error"]) for leg in result["legs"]] == [
        ("car", "booked", 1, None),
        ("hotel", "booked", 1, None),
        ("flight", "booked", 1, None),
    ]
    assert result["reason"] is None


async def test_the_trip_with_an_invalid_hotel_is_cancelled(client: Client) -> None:
    result = (await client.book(trip(name="Jane Smith", hotel="invalid-hotel-id"))).model_dump()

    assert (result["cancelled"], result["result"]) == (True, "Voyage cancelled")
    assert re.fullmatch(r"jane-smith-\d{6}", result["user_id"])
    assert not {"car", "hotel", "flight"} & set(result)
    assert [(leg["leg"], leg["status"]) for leg in result["legs"]] == [
        ("car", "undone"),
        ("hotel", "refused"),
        ("flight", "not_tried"),
    ]
    assert result["reason"] == {
        "code": "refused",
        "leg": "hotel",
        "message": "Invalid hotel booking, rolling back!",
    }


async def test_a_flaky_hotel_is_booked_on_the_fifth_of_five_tries(client: Client) -> None:
    result = await client.book(trip(hotel="flaky-hotel", attempts=5))

    assert result.status is Status.BOOKED
    assert [leg.attempts for leg in result.legs] == [1, 5, 1]


async def test_a_hotel_that_is_down_cancels_after_three_tries(client: Client) -> None:
    result = await client.book(trip(hotel="down-hotel", attempts=3))

    assert result.status is Status.CANCELLED
    assert [(leg.status, leg.attempts) for leg in result.legs][1] == ("undone", 3)
    assert result.reason
    assert (result.reason.code, result.reason.message) == ("unavailable", "Hotel service is down")


@pytest.mark.parametrize(
    ("hotel", "code", "status"), [("valid-hotel-id", 0, "booked"), ("invalid-hotel-id", 1, "cancelled")]
)
async def test_the_book_command(booking: World, hotel: str, code: int, status: str) -> None:
    exit_code, printed, complained = await booking.voyage(
        "book", "--car", "valid-car-id", "--hotel", hotel, "--flight", "valid-flight-id"
    )

    assert (exit_code, complained) == (code, "")
    assert f'"status": "{status}"' in printed
