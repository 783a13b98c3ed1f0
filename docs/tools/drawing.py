"""Panels with their numbers, as one picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from docs.tools.panels import Panel
from docs.tools.prometheus import Line

COLUMNS = 3
UNITS = {"s": "seconds", "reqps": "per second", "short": ""}
WIDTH, LETTER, MARK = 300, 4, 36  # of a legend, of a letter in it, of what is before a name, in points
DISTINCT = 10  # lines with colours that are far apart
FINE, ALARMING = "#27803b", "#b03a2e"


def draw(panels: Sequence[tuple[Panel, Mapping[str, Line]]], start: float, end: float, file: Path) -> None:
    """Write the picture, in the format that the file's name asks for; times are minutes after `start`."""
    rows = -(-len(panels) // COLUMNS)
    with mpl.rc_context({"font.size": 8, "svg.hashsalt": "voyage", "svg.fonttype": "none"}):
        figure = Figure(figsize=(15, 3.3 * rows), layout="constrained")
        for axes, (panel, lines) in zip(figure.subplots(rows, COLUMNS).flat, panels, strict=True):
            axes.set_title(panel.title, loc="left", fontweight="bold")
            if panel.kind == "stat":
                stat(axes, lines)
            else:
                curves(axes, panel, lines, start)
                axes.set_xlim(0, (end - start) / 60)
        figure.savefig(file, metadata={"Date": None})


def stat(axes: Axes, lines: Mapping[str, Line]) -> None:
    """The newest value of each line, large."""
    axes.axis("off")
    for number, (name, line) in enumerate(lines.items()):
        across = (number + 0.5) / len(lines)
        colour = ALARMING if line.last else FINE
        axes.text(across, 0.5, f"{line.last:.0f}", fontsize=30, color=colour, ha="center")
        axes.text(across, 0.3, name, ha="center")


def curves(axes: Axes, panel: Panel, lines: Mapping[str, Line], start: float) -> None:
    """Each line over time, and below them what they are called."""
    axes.set_prop_cycle(color=mpl.color_sequences["tab20" if len(lines) > DISTINCT else "tab10"])
    for name, line in sorted(lines.items()):
        times, values = zip(*line.points, strict=True)
        axes.plot([(at - start) / 60 for at in times], values, linewidth=1.3, label=name)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(UNITS[panel.unit])
    axes.grid(visible=True, alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    columns = WIDTH // (MARK + LETTER * max(map(len, lines)))
    axes.legend(fontsize=7, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=columns)
