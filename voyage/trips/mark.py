"""A short text that tells one trip, as it is declared now, from another."""

import zlib

from voyage.trips.loading import name_of
from voyage.trips.trip import Trip


def mark_of(trip: type[Trip]) -> str:
    """The trip's name and a sum of its legs' names, without blanks: `my_trips:Safari#1a2b3c4d`."""
    return f"{name_of(trip)}#{zlib.crc32(','.join(sorted(trip.declared_legs)).encode()):08x}"
