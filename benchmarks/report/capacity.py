"""The tables of a drained backlog, of many bookings in flight, and of more processes."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.measurement import results
from benchmarks.report.figures import NO_FIGURES, latency, per_second, ratios, spread, table, values


def backlog() -> str:
    """Each drain in a column."""
    found = results.load("backlog")
    if not found:
        return NO_FIGURES
    drains = [_drained(drain) for drain in found["drains"]]
    heads = (f"drain {number}" for number, _ in enumerate(drains, 1))
    return table(
        [f"backlog of {found['requests']:,}", *heads],
        [[what, *(drain[what] for drain in drains)] for what in drains[0]],
    )


def _drained(drain: Mapping[str, Any]) -> Mapping[str, str]:
    rates, calibration = drain["tenths"], drain["calibration_ms"]
    ratio = rates[-1] / rates[0]
    return {
        "bookings/s": f"{drain['per_second']:.1f}",
        "bookings/s in each tenth": ", ".join(f"{rate:.1f}" for rate in rates),
        "last tenth / first tenth": f"{ratio:.2f}",
        "the same, corrected by the calibration loop": f"{ratio * calibration[-1] / calibration[0]:.2f}",
        "queue empty after, s": f"{drain['taken_after']:.0f}",
        **{
            f"{role}, MiB: first, most, last": _memory(drain["samples"], role)
            for role in ("consumer", "worker")
        },
    }


def _memory(samples: Sequence[Mapping[str, Any]], role: str) -> str:
    mib = [sample["mib"][role] for sample in samples]
    return f"{mib[0]:.0f}, {max(mib):.0f}, {mib[-1]:.0f}"


def scale() -> str:
    """Many bookings in flight, and more processes."""
    found = results.load("scale")
    if not found:
        return NO_FIGURES
    many = found["in_flight"]
    in_flight = [
        ["bookings in flight at the same time, most", f"{many['most']:,}"],
        ["from the first request to the last answer, s", f"{many['took']:.0f}"],
        ["longest pause between two answers, s", f"{many['longest_pause']:.1f}"],
        *(
            [f"{role}, MiB: first, most, last", _memory(many["samples"], role)]
            for role in ("consumer", "worker")
        ),
    ]
    counts = [
        [
            count,
            spread(values(per_second, count, run="scale")),
            spread(ratios(per_second, count, "1", run="scale"), 2),
            spread(values(latency("p99"), count, run="scale"), 0),
        ]
        for count in dict.fromkeys(row["scenario"] for row in found["measured"])
    ]
    return "\n\n".join(
        (
            table([f"{many['requests']:,} bookings, {many['seconds']:g} s at the supplier", ""], in_flight),
            table(
                ["workers and consumers, each", "bookings/s", "against one of each", "p99, ms"],
                sorted(counts),
            ),
        )
    )
