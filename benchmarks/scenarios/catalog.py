"""The scenarios of the throughput benchmark."""

from dataclasses import dataclass
from functools import partial

from benchmarks.scenarios import message
from benchmarks.scenarios.direct import direct
from benchmarks.scenarios.earlier import at_commit
from benchmarks.scenarios.scenario import Start
from benchmarks.scenarios.tutorial import tutorial


@dataclass(frozen=True)
class Entry:
    """The title of a scenario in tables, and the function that starts it."""

    title: str
    start: Start


def _by_message(name: str, programs: message.Programs) -> Start:
    return partial(message.by_message, name=name, programs=programs)


SCENARIOS = {
    "direct": Entry("direct Temporal client", direct),
    "tutorial": Entry("Temporal's tutorial, HTTP", tutorial),
    "two-services": Entry("Voyage, two services", _by_message("two-services", message.TWO_SERVICES)),
    "one-process": Entry("Voyage, one process", _by_message("one-process", message.ONE_PROCESS)),
}
GLUE = {
    "glue": Entry("minimal glue, two services", _by_message("glue", message.GLUE)),
    "glue-one-process": Entry(
        "minimal glue, one process", _by_message("glue-one-process", message.GLUE_ONE_PROCESS)
    ),
}
"""A consumer with only the code that a booking needs (`glue.py`); measured with `--glue`."""


def at(commit: str) -> dict[str, Entry]:
    """Voyage as it was at an earlier commit; the names end with it."""
    shapes = {"two-services": message.two_services, "one-process": message.one_process}
    return {
        f"{shape}@{commit}": Entry(
            f"{SCENARIOS[shape].title}, at {commit}",
            partial(at_commit, commit=commit, name=f"{shape}@{commit}", programs=programs),
        )
        for shape, programs in shapes.items()
    }


SEQUENTIAL = ("direct", "two-services", "one-process")
"""The scenarios that also book one trip at a time."""
