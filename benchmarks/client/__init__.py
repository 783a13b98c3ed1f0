"""What a call of the Python client costs: callers of two kinds, and what answers them at once."""
