"""The default trip, that of Temporal's tutorial."""

from typing import Annotated

from voyage.trips.fields import Text
from voyage.trips.leg import Leg
from voyage.trips.trip import Trip


class BookingRequest(Trip):
    """One trip to book.

    `attempts` counts the tries per leg, the first included. `booking_id` is the idempotency key: the same
    id is booked once, however often it is sent. `deadline` is absolute: by then the trip is booked or undone.
    """

    car: Annotated[Text, Leg(help="What to rent.")]
    hotel: Annotated[Text, Leg(help="Where to stay.")]
    flight: Annotated[Text, Leg(help="How to get there.")]
