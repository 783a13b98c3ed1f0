"""`python -m docs.tools.pictures`: the demo in a terminal, and the cancelled booking in Temporal's own UI."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pexpect
from PIL import Image
from rich.console import Console
from rich.text import Text
from temporalio.client import Client

from docs.tools import terminals
from voyage import devstack

PICTURES = Path(__file__).parents[1] / "pictures"
COLUMNS = 110
FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {terminal_width} {terminal_height}">
<style>
.{unique_id}-matrix {{font-family: Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: {char_height}px;
line-height: {line_height}px; font-variant-east-asian: full-width}}
{styles}
</style>
<defs>{lines}</defs>
<rect fill="#292929" width="{terminal_width}" height="{terminal_height}" rx="8"/>
<g transform="translate(9, 9)" class="{unique_id}-matrix">{backgrounds}{matrix}</g>
</svg>
"""
"""rich's own frame loads a font from elsewhere; this one takes what the reader has."""
CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1200,1400",
    "--virtual-time-budget=15000",
]


TIMELINE = (64, 865, 1200, 1260)  # where it is on the page: left, top, right, bottom


def main() -> None:
    """Run the demo over servers that stay, and take both pictures."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("pictures: chromium is missing. On Debian: sudo apt-get install chromium")
    with devstack.stack(ui=True) as servers:
        if not servers.temporal_ui:
            sys.exit(
                "pictures: Temporal's UI is needed. Unset TEMPORAL_ADDRESS, so that a server is started."
            )
        own = {"AMQP_URL": servers.amqp_url, "TEMPORAL_ADDRESS": servers.temporal_address}
        draw(seen({**os.environ, **own}), PICTURES / "demo.svg")
        draw_terminals(servers.amqp_url, servers.temporal_address)
        page = asyncio.run(timeline(servers.temporal_address, servers.temporal_ui))
        photograph(chromium, page, PICTURES / "cancelled-booking.png")


def seen(environment: dict[str, str]) -> str:
    """What the demo writes to a terminal."""
    size = (60, COLUMNS)
    child = pexpect.spawn(
        sys.executable,
        ["-m", "examples.demo"],
        env=environment,
        dimensions=size,
        timeout=120,
        encoding="utf-8",
    )
    child.expect(pexpect.EOF)
    child.close()
    if child.exitstatus:
        sys.exit(f"pictures: the demo failed:\n{child.before}")
    return f"$ make demo\n{child.before}"


def draw_terminals(amqp_url: str, temporal_address: str) -> None:
    """What the commands show when something is wrong, at each width."""
    for width, text in terminals.at_each_width(amqp_url, temporal_address).items():
        draw(text, PICTURES / f"terminal-{width}.svg", width + 2)


def draw(text: str, picture: Path, columns: int = COLUMNS) -> None:
    """A terminal as a drawing."""
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=columns, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi(text.replace("\r", "")))
    picture.write_text(console.export_svg(code_format=FRAME, unique_id=picture.stem))


async def timeline(address: str, ui: str) -> str:
    """The page of the trip that was cancelled: the demo's second."""
    temporal = await Client.connect(address)
    found = [run async for run in temporal.list_workflows("WorkflowType = 'BookingWorkflow'")]
    for run in sorted(found, key=lambda one: one.start_time):
        handle = temporal.get_workflow_handle(run.id, run_id=run.run_id)
        history = await handle.fetch_history()
        if any("undo_book_car" in str(event) for event in history.events):
            return f"{ui}/namespaces/default/workflows/{run.id}/{run.run_id}/history"
    sys.exit("pictures: no booking was undone")


def photograph(chromium: str, page: str, picture: Path) -> None:
    """A page in a browser."""
    with tempfile.TemporaryDirectory(prefix="voyage-chromium-", ignore_cleanup_errors=True) as profile:
        own = (f"--user-data-dir={profile}", f"--screenshot={picture}", page)
        subprocess.run([chromium, *CHROMIUM, *own], check=True, capture_output=True, timeout=120)
    with Image.open(picture) as whole:
        part = whole.crop(TIMELINE).quantize(64)
    part.save(picture, optimize=True)


if __name__ == "__main__":
    main()
