"""The subcommands of `python -m benchmarks`."""
