"""The tables of `make bench-scale`, from its results."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks import results
from benchmarks.figures import spread
from benchmarks.markdown import NONE_YET, table


def scale() -> str:
    """Many in flight at once, more processes, and the broker leg alone; or that there is none yet."""
    found = results.load("scale")
    if not found:
        return NONE_YET
    return "\n\n".join(
        [_in_flight(found["in_flight"]), _counts(found["counts"]), _broker_leg(found["broker_leg"])]
    )


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


def _counts(rows: Sequence[Mapping[str, Any]]) -> str:
    rates: dict[str, dict[int, float]] = {}
    for row in rows:
        rates.setdefault(row["way"], {})[row["round"]] = row["per_second"]
    one = rates["1"]
    cells = [
        [
            count,
            spread(list(of_rounds.values())),
            spread([rate / one[number] for number, rate in of_rounds.items()], 2),
            spread([row["latency_ms"]["p99"] for row in rows if row["way"] == count]),
        ]
        for count, of_rounds in rates.items()
    ]
    heads = ["workers and consumers, each", "bookings/s", "against one of each", "p99, ms"]
    return table(heads, cells)


def _broker_leg(rows: Sequence[Mapping[str, float]]) -> str:
    cells = [
        [what, spread([row[key] for row in rows], 0)]
        for key, what in (
            ("ours", "the consumer's intake, start stubbed"),
            ("bare", "bare aio-pika: consume and ack"),
        )
    ]
    return table(["broker leg alone", "messages/s"], cells)
