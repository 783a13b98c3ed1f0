"""What a trip is: a pydantic model whose fields marked `Leg(…)` are booked; no broker, no Temporal."""

from voyage.trips.leg import Leg
from voyage.trips.trip import Trip

__all__ = ["Leg", "Trip"]
