"""The wire contract as models: requests, results, control messages, and the idempotency key."""
