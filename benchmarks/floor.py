"""How near any bridge could come to what is to be reached: ours beside the least glue, when both were run."""

from benchmarks.figures import Figure, cpu, measured, per_second, ratios, spread
from benchmarks.markdown import NONE_YET, table

_COMPARED: tuple[tuple[str, Figure, str, str, str], ...] = (
    ("bookings/s against a, two services", per_second, "message", "glue", "direct"),
    ("bookings/s against b, two services", per_second, "message", "glue", "tutorial"),
    ("bookings/s against b, one process", per_second, "one", "glue-one", "tutorial"),
    ("consumer CPU against f", cpu("consumer"), "message", "glue", "first"),
)
"""What, the figure, our way, the glue's, and the one that both are compared with."""


def floor() -> str:
    """Each ratio for ours, for the glue, and of ours to the glue."""
    ways = {one.way for one in measured("closed")}
    rows = [
        [
            what,
            spread(ratios("closed", ours, other, figure), 2),
            spread(ratios("closed", glue, other, figure), 2),
            spread(ratios("closed", ours, glue, figure), 2),
        ]
        for what, figure, ours, glue, other in _COMPARED
        if {ours, glue, other} <= ways
    ]
    return table(["what", "ours", "the least glue", "ours to the glue"], rows) if rows else NONE_YET
