"""Latencies as percentiles."""

import math
from collections.abc import Sequence

PERCENTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """In ms, the smallest latency that so many of all keep within; the highest of all is `max`."""
    ordered = sorted(seconds)
    return {
        name: round(ordered[math.ceil(share * len(ordered)) - 1] * 1000, 2)
        for name, share in PERCENTILES.items()
    }
