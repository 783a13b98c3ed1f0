"""Temporal's trip-booking tutorial: its workflow, the SDK's default worker, and a Flask application."""
