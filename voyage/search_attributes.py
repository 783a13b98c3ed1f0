"""The search attributes by which Temporal's list tells bookings apart; both are Keywords."""

STATUS, BOOKING_ID = "VoyageStatus", "VoyageBookingId"
NAMES = (STATUS, BOOKING_ID)
