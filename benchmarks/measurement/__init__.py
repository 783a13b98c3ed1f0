"""Put load on a scenario, and measure latency, CPU time and memory."""
