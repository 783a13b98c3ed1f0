"""`python -m docs.tools.dashboard`: the Grafana dashboard under load, drawn from a real Prometheus.

The numbers are Prometheus' answers to the dashboard's own queries; the drawing is ours, not Grafana's.
"""

import asyncio
import shutil
import sys
import time
from pathlib import Path

from docs.tools import drawing, load
from docs.tools.panels import STEP, NoDataError, answers, panels
from docs.tools.watched import Watched, watched
from voyage.devstack import DevstackError

PICTURE = Path(__file__).parents[1] / "pictures/dashboard.svg"
MESSAGES, SECONDS = 600, 180.0
AWAY_AFTER, AWAY = 120.0, 20.0  # Temporal, so that consuming pauses


def main() -> None:
    """Bring it all up, book for some minutes, ask and draw."""
    prometheus = shutil.which("prometheus")
    if not prometheus:
        sys.exit("pictures: prometheus is missing. On Debian: sudo apt-get install prometheus")
    try:
        with watched(Path(prometheus)) as world:
            start = time.time()
            asyncio.run(book(world))
            time.sleep(3 * STEP)  # until Prometheus has asked for the last numbers
            end = time.time()
            shown = [(panel, answers(panel, world.prometheus, start, end)) for panel in panels()]
            print(f"Alerts that fire: {', '.join(sorted(world.prometheus.firing())) or 'none'}")
    except (DevstackError, NoDataError) as error:
        sys.exit(f"pictures: {error}")
    drawing.draw(shown, start, end, PICTURE)


async def book(world: Watched) -> None:
    """A load of everything, and Temporal away for a while."""
    async with asyncio.TaskGroup() as together:
        together.create_task(load.send(world.broker, MESSAGES, SECONDS))
        await asyncio.sleep(AWAY_AFTER)
        await asyncio.to_thread(world.temporal.stop)
        await asyncio.sleep(AWAY)
        await asyncio.to_thread(world.temporal.start)


if __name__ == "__main__":
    main()
