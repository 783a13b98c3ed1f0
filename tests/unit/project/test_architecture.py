"""The pages about the code name files that exist, and the way of a booking goes down and never back up.

The code names no leg: it has them from the declaration of the trip.
"""

import ast
import re
from itertools import pairwise

import pytest

from tests.documentation.pages import ROOT
from voyage.trips.tutorial import BookingRequest

FILE = re.compile(r"`([\w./-]+\.py)`")
STOP = re.compile(r"^(\d+)\. \*\*`([\w/]+\.py)`\*\*: (.*?)(?=^\d+\. |\n\n|\Z)", re.MULTILINE | re.DOTALL)
WAY = "The way of a booking"
LEG = re.compile(rf"\b({'|'.join(BookingRequest.declared_legs)})s?\b", re.IGNORECASE)
ROOMS = ("publisher", "consumer", "saga", "console", "voyage")
NAMES_LEGS = {"voyage/trips/tutorial.py"}


def section(title: str) -> str:
    """One section of the page on the architecture."""
    page = (ROOT / "docs/architecture.md").read_text()
    return page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def stops() -> list[tuple[int, str, str]]:
    """The stops of a booking's way: number, file, text."""
    return [(int(number), file, text) for number, file, text in STOP.findall(section(WAY))]


def names_in(file: str) -> set[str]:
    """The functions and classes of a file, methods also behind their class's name."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text())):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            methods = (ast.FunctionDef, ast.AsyncFunctionDef)
            found |= {f"{node.name}.{part.name}" for part in node.body if isinstance(part, methods)}
    return found


@pytest.mark.parametrize("page", ["docs/architecture.md", "docs/glossary.md", "CONTRIBUTING.md"])
def test_every_file_that_the_page_names_exists(page: str) -> None:
    missing = [file for file in FILE.findall((ROOT / page).read_text()) if not (ROOT / file).is_file()]
    assert missing == []


def test_the_way_begins_at_the_client_and_its_stops_are_numbered_in_order() -> None:
    way = stops()
    assert [number for number, _, _ in way] == list(range(1, len(way) + 1))
    assert len(way) == len(re.findall(r"^\d+\. ", section(WAY), re.MULTILINE))
    assert way[0][1] == "publisher/client.py"
    assert "`Client.book`" in way[0][2]


def test_the_way_names_no_file_twice() -> None:
    files = FILE.findall(section(WAY))
    assert files == [file for _, file, _ in stops()]
    assert sorted(files) == sorted(set(files))


def test_the_way_enters_each_package_in_the_order_of_a_booking() -> None:
    packages = [file.partition("/")[0] for _, file, _ in stops()]
    services = [package for package in packages if package not in {"publisher", "voyage"}]
    assert [services[0]] + [then for one, then in pairwise(services) if one != then] == [
        "consumer",
        "saga",
        "consumer",
    ]
    assert (packages[0], packages[-1]) == ("publisher", "publisher")


@pytest.mark.parametrize(("file", "text"), [stop[1:] for stop in stops()], ids=[stop[1] for stop in stops()])
def test_a_stop_says_where_to_start_in_its_file(file: str, text: str) -> None:
    first = re.findall(r"`(\w+(?:\.\w+)?)`", text)[0]
    assert first in names_in(file)


@pytest.mark.parametrize("room", ROOMS)
def test_no_code_names_a_leg(room: str) -> None:
    texts = {str(file.relative_to(ROOT)): file.read_text() for file in (ROOT / room).rglob("*.py")}
    lines = [
        f"{file}: {line.strip()}"
        for file, text in texts.items()
        if file not in NAMES_LEGS
        for line in text.splitlines()
        if LEG.search(line.replace("in flight", ""))
    ]
    assert lines == []
