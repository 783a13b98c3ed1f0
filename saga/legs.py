"""The legs of a trip, in the order in which they are booked. A fourth leg is a fourth row."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from saga.models import BookVacationInput


@dataclass(frozen=True)
class Leg:
    """One row: its name, and where the booking's input holds the id of what to book."""

    name: str
    item: Callable[[BookVacationInput], str]

    @property
    def book(self) -> str:
        """The name of the activity that books this leg."""
        return f"book_{self.name}"

    @property
    def undo(self) -> str:
        """The name of the activity that undoes this leg."""
        return f"undo_book_{self.name}"


LEGS: tuple[Leg, ...] = (
    Leg("car", attrgetter("book_car_id")),
    Leg("hotel", attrgetter("book_hotel_id")),
    Leg("flight", attrgetter("book_flight_id")),
)
