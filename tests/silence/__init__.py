"""Connections that go silent without a close: what ends, what waits, and for how long."""
