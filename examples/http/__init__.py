"""Temporal's trip-booking tutorial's own door, `POST /book`, as a small HTTP service on the light client."""
