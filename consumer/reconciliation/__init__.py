"""Bookings that were stopped from outside: found by Temporal's visibility, and answered once."""
