"""The trip that `VOYAGE_TRIP` names, on a command line: which options it has, and what their values mean."""
