"""The ways to book, one row each: the key is the way's name."""

from dataclasses import dataclass

from benchmarks.ways import direct, earlier, messages, tutorial
from benchmarks.ways.way import Opened


@dataclass(frozen=True)
class Row:
    """How tables call a way, and what sets it up."""

    title: str
    opened: Opened


OURS = {
    "direct": Row("a: same workflow, straight from a Temporal client", direct.direct),
    "tutorial": Row("b: the tutorial's way, HTTP and Flask", tutorial.tutorial),
    "message": Row("c: message in, result out", messages.by_message),
    "one": Row("d: the same, consumer and worker in one process", messages.by_message_to_one_process),
    "default": Row("e: as a, on the SDK's default worker", direct.on_default_worker),
}
FIRST = {"first": Row("f: as c, by the first version of this repository", earlier.first_version)}
"""What this repository began with; measured with `--first`."""
GLUE = {
    "glue": Row("g: as c, by the least glue that works", messages.by_glue),
    "glue-one": Row("h: as d, by the same glue", messages.by_glue_in_one_process),
}
"""What no bridge can be leaner than; measured with `--glue`."""
LIGHT = ("direct", "message", "one")
"""Those whose latency at light load is compared."""
