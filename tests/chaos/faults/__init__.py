"""The faults of a chaos run: drawn by a seed, done and undone."""
