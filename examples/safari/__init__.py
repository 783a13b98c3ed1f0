"""A trip of one's own with everything that a leg can be: `VOYAGE_TRIP=examples.safari:Safari`."""

from examples.safari.trip import Jeep, Park, Safari

__all__ = ["Jeep", "Park", "Safari"]
