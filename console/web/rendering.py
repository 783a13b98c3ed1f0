"""Pages from templates. Every text is escaped: what a message says is never markup."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from console.facts.samples import Sample

_TIME = Markup('<time datetime="{0}"{2}>{1}</time>')
_GRAPH = 240, 40
"""Width and height of a curve, in its own units."""


def environment() -> Environment:
    """The templates, and what they may call."""
    made = Environment(
        loader=PackageLoader("console.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"when": when, "ago": ago, "path": path, "points": points}
    return made


def when(time: datetime | str | None) -> Markup:
    """A time, which the browser shows in its own zone."""
    return _time(time, "")


def ago(time: datetime | str | None) -> Markup:
    """A time, which the browser shows as how long ago it was."""
    return _time(time, Markup(" data-ago"))


def path(text: str) -> str:
    """A text as one step of a path."""
    return quote(text, safe="")


def points(samples: Any) -> str:
    """The curve of what waits in a queue, for SVG: the newest at the right, the most at the top."""
    known: list[Sample] = list(samples)
    width, height = _GRAPH
    most = max([1, *(one.waiting for one in known)])
    step = width / max(1, (samples.maxlen or len(known)) - 1)
    begin = width - step * (len(known) - 1)
    return " ".join(
        f"{begin + step * at:.1f},{height - one.waiting / most * (height - 2) - 1:.1f}"
        for at, one in enumerate(known)
    )


def _time(time: datetime | str | None, more: str) -> Markup:
    if time is None:
        return Markup("&mdash;")
    read = datetime.fromisoformat(time) if isinstance(time, str) else time
    told = read.astimezone(UTC)
    return _TIME.format(told.isoformat(timespec="milliseconds"), told.strftime("%Y-%m-%d %H:%M:%S UTC"), more)
