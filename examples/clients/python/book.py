"""Books trips through Voyage with its light client."""

import asyncio
from uuid import uuid4

from publisher import BookingRejectedError, BookingRequest, BookingResult, Client

JOHN = BookingRequest(
    name="John Doe",
    attempts=5,
    car="valid-car-id",
    hotel="valid-hotel-id",
    flight="valid-flight-id",
    booking_id=uuid4().hex,  # your order's number: the same id is booked once, however often it is sent
)
JANE = JOHN.model_copy(
    update={"name": "Jane Smith", "attempts": 3, "hotel": "invalid-hotel-id", "booking_id": uuid4().hex}
)
OTHER_TRIP_SAME_ID = JOHN.model_copy(update={"car": "another-car-id"})


async def book(voyage: Client, trip: BookingRequest) -> BookingResult:
    """Book and wait; the client publishes with confirms, drops repeats and outlives a lost connection."""
    try:
        return await voyage.book(trip, timeout=60)
    except BookingRejectedError as rejected:  # no valid booking: nothing was started
        return rejected.result


async def main() -> None:
    """Book the tutorial's two trips, and one that is rejected."""
    async with Client.connect() as voyage:
        for trip in (JOHN, JANE, OTHER_TRIP_SAME_ID):
            result = await book(voyage, trip)
            print(f"{result.status}: {result.reason.message if result.reason else result.result}")


asyncio.run(main())
