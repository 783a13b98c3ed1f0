"""The tutorial's trip with a fourth leg."""

from typing import Annotated

from publisher import BookingRequest
from voyage import Leg


class Insured(BookingRequest):
    """Car, hotel, flight, and an insurance on request."""

    insurance: Annotated[str | None, Leg()] = None
