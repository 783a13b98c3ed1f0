"""Make the tables and charts of docs/performance.md and docs/peers.md from `benchmarks/results`."""
