"""The search attributes by which Temporal's list tells bookings apart; all are Keywords."""

STATUS, BOOKING_ID = "VoyageStatus", "VoyageBookingId"
NAMES = (STATUS, BOOKING_ID)
OWNER = "VoyageOwner"
"""Where bookings have owners."""
ALL = (*NAMES, OWNER)
