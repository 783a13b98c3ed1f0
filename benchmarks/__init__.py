"""Benchmarks: throughput, latency, CPU and memory of a booking, and a backlog; see docs/performance.md."""
