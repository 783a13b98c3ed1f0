"""The trips of the demo, and what each of them must come to."""

from dataclasses import dataclass

from publisher import BookingRequest
from publisher.contract.result import Status


@dataclass(frozen=True)
class Trip:
    """A request, what it shows, and how it must end: the status, and each leg's status and tries."""

    title: str
    request: BookingRequest
    status: Status
    legs: tuple[tuple[str, int], ...]


def _request(name: str, **changes: str) -> BookingRequest:
    legs = {"car": "valid-car-id", "hotel": "valid-hotel-id", "flight": "valid-flight-id", **changes}
    return BookingRequest(name=name, attempts=5, **legs)


TRIPS = (
    Trip(
        "Everything can be had",
        _request("John Doe"),
        Status.BOOKED,
        (("booked", 1), ("booked", 1), ("booked", 1)),
    ),
    Trip(
        "The hotel refuses: what was taken is undone, in reverse",
        _request("Jane Smith", hotel="invalid-hotel-id"),
        Status.CANCELLED,
        (("undone", 1), ("refused", 1), ("not_tried", 0)),
    ),
    Trip(
        "The flight service is down at first: tried again, until it works on the third of three tries",
        _request("Mary Major", flight="flaky-flight-id").model_copy(update={"attempts": 3}),
        Status.BOOKED,
        (("booked", 1), ("booked", 1), ("booked", 3)),
    ),
)
