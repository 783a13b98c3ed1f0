"""What the processes held, as a picture: one panel for each thing, one line for each process."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from tests.chaos.observation.leaks import ROOM
from tests.chaos.observation.observed import Sample

TITLES = {
    "memory_mib": "memory, MiB",
    "threads": "threads",
    "connections": "connections",
    "files": "file handles",
}


def draw(samples: Sequence[Sample], file: Path) -> None:
    """Write the picture, in the format that the file's name asks for; a gap is a restart."""
    figure = Figure(figsize=(10, 12), layout="constrained")
    for panel, what in zip(figure.subplots(len(ROOM), sharex=True), ROOM, strict=True):
        lines: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
        life: dict[str, int] = {}
        for sample in samples:
            times, held = lines[sample.process]
            if life.setdefault(sample.process, sample.pid) != sample.pid:
                times.append(sample.at)
                held.append(float("nan"))
                life[sample.process] = sample.pid
            times.append(sample.at)
            held.append(getattr(sample, what))
        for process, line in sorted(lines.items()):
            panel.plot(*line, label=process)
        panel.set_ylabel(TITLES[what])
        panel.set_ylim(bottom=0)
        panel.grid(visible=True, alpha=0.3)
    panel.set_xlabel("seconds")
    figure.legend(*panel.get_legend_handles_labels(), loc="outside upper center", ncols=len(lines))
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file)
