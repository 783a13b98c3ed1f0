"""The page about a trip of one's own, done as it says."""

import re
from pathlib import Path

import pytest

from tests.acceptance.harness.suites import pytest_in
from tests.documentation.pages import ROOT, block

PAGE = "docs/your-own-trip.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Somebody's folder with the page's files."""
    for name, text in re.findall(
        r"Save this as `([\w.]+)`:\n\n```python\n(.*?)```", (ROOT / PAGE).read_text(), re.DOTALL
    ):
        (tmp_path / name).write_text(text)
    return tmp_path


async def test_the_pages_test_is_green(folder: Path) -> None:
    [command] = block(PAGE, "sh", "pytest\n").splitlines()
    assert command == "pytest"
    code, printed = await pytest_in(folder)
    assert (code, "3 passed" in printed) == (0, True), printed
