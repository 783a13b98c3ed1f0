"""The trip-booking tutorial of Temporal, in its own shape: workflow, default worker, Flask door."""
