"""A TCP proxy that knows what passes through it."""
