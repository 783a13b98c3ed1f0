"""The commands of `voyage-worker`."""
