"""`python -m benchmarks.page`: the tables and pictures of docs/performance.md anew, from the results."""

import re
from collections.abc import Mapping
from pathlib import Path

from benchmarks import pictures, tables

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
MARKS = re.compile(r"(<!-- table (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def write() -> None:
    """Put each table between its marks, draw the pictures, and print what was to be reached."""
    found = tables.every()
    fill(PAGE, found)
    pictures.draw()
    print(f"\n{found['goals']}\n\nTables and pictures: docs/performance.md")


def fill(page: Path, found: Mapping[str, str]) -> None:
    """Put each table between its marks on a page."""
    page.write_text(MARKS.sub(lambda mark: f"{mark[1]}\n{found[mark[2]]}\n\n{mark[3]}", page.read_text()))


if __name__ == "__main__":
    write()
