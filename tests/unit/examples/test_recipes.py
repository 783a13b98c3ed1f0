"""The page of recipes shows what the programs do, and the page of errors what the code says."""

from pathlib import Path

import pytest

from docs.tools import errors_page
from tests.documentation.pages import ROOT, Block, blocks


def _lines(code: str) -> str:
    """Without indentation, as a page shows a part of a function."""
    return "\n".join(line.strip() for line in code.strip().splitlines())


PROGRAMS = [file.read_text() for file in (ROOT / "examples/applications").glob("*.py")]
ERRORS = ROOT / "docs/errors.md"


@pytest.mark.parametrize("block", [one for one in blocks("python") if one.page == "docs/client.md"], ids=str)
def test_a_recipe_shows_lines_of_its_program(block: Block) -> None:
    assert any(_lines(block.text) in _lines(program) for program in PROGRAMS)


@pytest.mark.parametrize(
    "program", [file.name for file in Path(ROOT / "examples/applications").glob("[a-z]*.py")]
)
def test_each_program_is_on_the_page(program: str) -> None:
    assert f"](../examples/applications/{program})" in (ROOT / "docs/client.md").read_text()


def test_the_page_of_errors_is_what_the_code_says() -> None:
    assert ERRORS.read_text() == errors_page.page(), "docs/errors.md is stale: make errors"
