"""The form for a booking, made from the schema of the trip that `VOYAGE_TRIP` names."""
