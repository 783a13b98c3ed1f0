"""Trips of the tests."""
