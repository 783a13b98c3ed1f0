"""The tables of `make bench-scale`, from its results."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks import results
from benchmarks.figures import by_round, latency, measured, per_second, ratios, spread
from benchmarks.markdown import NONE_YET, table


def scale() -> str:
    """Many in flight at once, more processes, and the broker leg alone; or that there is none yet."""
    found = results.load("scale")
    if not found:
        return NONE_YET
    return "\n\n".join([_in_flight(found["in_flight"]), _counts(), _broker_leg(found["broker_leg"])])


def _in_flight(found: Mapping[str, Any]) -> str:
    rows = [
        ["bookings in flight at once, most", f"{found['most']:,}"],
        ["from the first request to the last answer, s", f"{found['took']:.0f}"],
        ["longest pause between two answers, s", f"{found['longest_pause']:.1f}"],
    ]
    for role in ("consumer", "worker"):
        held = [sample["mib"][role] for sample in found["samples"]]
        rows.append([f"{role}: MiB at the start, most", f"{held[0]:.0f}, {max(held):.0f}"])
    return table([f"{found['requests']:,} bookings, {found['seconds']:g} s at the supplier", ""], rows)


def _counts() -> str:
    cells = [
        [
            count,
            spread(by_round("closed", count, per_second, "scale")),
            spread(ratios("closed", count, "1", per_second, "scale"), 2),
            spread(by_round("closed", count, latency("p99"), "scale")),
        ]
        for count in dict.fromkeys(one.way for one in measured("closed", "scale"))
    ]
    return table(["workers and consumers, each", "bookings/s", "against one of each", "p99, ms"], cells)


def _broker_leg(rows: Sequence[Mapping[str, float]]) -> str:
    cells = [
        [what, spread([row[key] for row in rows], 0), spread([row[key] / row["bare"] for row in rows], 2)]
        for key, what in (
            ("ours", "the consumer's intake, start stubbed"),
            ("intake", "the same, and nothing is decoded, validated or decided"),
            ("bare", "bare aio-pika: consume and ack"),
        )
    ]
    return table(["broker leg alone", "messages/s", "against bare"], cells)
