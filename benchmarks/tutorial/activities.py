"""The tutorial's activities. Each answers at once, as the simulated suppliers of Voyage do."""

from dataclasses import dataclass

from temporalio import activity


@dataclass
class Trip:
    """The tutorial's input."""

    attempts: int
    book_user_id: str
    book_car_id: str
    book_hotel_id: str
    book_flight_id: str


@activity.defn
async def book_car(trip: Trip) -> str:
    """Book the car."""
    return f"Booked car: {trip.book_car_id}"


@activity.defn
async def book_hotel(trip: Trip) -> str:
    """Book the hotel; refuse an invalid one."""
    if "invalid" in trip.book_hotel_id:
        raise ValueError("Invalid hotel booking, rolling back!")
    return f"Booked hotel: {trip.book_hotel_id}"


@activity.defn
async def book_flight(trip: Trip) -> str:
    """Book the flight."""
    return f"Booked flight: {trip.book_flight_id}"


@activity.defn
async def undo_book_car(trip: Trip) -> str:
    """Undo the car."""
    return f"Undoing car: {trip.book_car_id}"


@activity.defn
async def undo_book_hotel(trip: Trip) -> str:
    """Undo the hotel."""
    return f"Undoing hotel: {trip.book_hotel_id}"


@activity.defn
async def undo_book_flight(trip: Trip) -> str:
    """Undo the flight."""
    return f"Undoing flight: {trip.book_flight_id}"


ACTIVITIES = [book_car, book_hotel, book_flight, undo_book_car, undo_book_hotel, undo_book_flight]
