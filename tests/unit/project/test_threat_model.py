"""Each sentence of the threat model that says what somebody can't do names tests, and these are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/threat-model.md").read_text()
FILE = re.compile(r"`((?:O|tests)/[\w/]+\.py)`")
ROWS = [line for line in PAGE.split("## RabbitMQ")[0].splitlines() if FILE.search(line)]
REFUSALS = [
    line
    for part in PAGE.split("| it can't | tried in |")[1:]
    for line in part.split("\n\n")[0].splitlines()
    if line.startswith("|") and set(line) - set("|-")
]


def named(line: str) -> dict[str, list[str]]:
    """The files of a sentence, each with the tests after it."""
    parts = FILE.split(line)[1:]
    found: dict[str, list[str]] = {}
    for file, after in zip(parts[::2], parts[1::2], strict=True):
        found[re.sub("^O/", "tests/acceptance/owners/", file)] = re.findall(r"`(test_\w+)`", after)
    return found


@pytest.mark.parametrize("line", REFUSALS)
def test_what_somebody_can_not_do_is_tried(line: str) -> None:
    assert named(line)


@pytest.mark.parametrize("line", ROWS)
def test_each_test_is_there(line: str) -> None:
    for file, tests in named(line).items():
        text = (ROOT / file).read_text()
        for test in tests:
            assert f"def {test}(" in text, f"{file} has no {test}"
