"""Whether a consumer can work: startup requirements, readiness, `voyage-consumer doctor`."""
