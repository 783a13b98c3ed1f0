"""Tables of any width: side by side where that fits, else one record below the other; no word is broken."""

from io import StringIO

import pytest
from rich.console import Console

from voyage.commands.sheets import print_sheet

NAMES = ("id", "reason", "address", "error")
ROWS = [
    (
        "0" * 32,
        "handler_failed",
        "booking.results." + "a" * 32,
        "ValueError: no such row any more",
    ),
    ("1" * 32, "reply_to_gone", "booking.results.orders", ""),
]


def printed(width: int) -> list[str]:
    console = Console(file=StringIO(), width=width, soft_wrap=True)
    print_sheet(console, NAMES, ROWS)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [200, 160, 120, 80, 60])
def test_every_word_is_whole_and_every_line_fits(width: int) -> None:
    lines = printed(width)
    assert max(map(len, lines)) <= width
    assert {word for row in ROWS for cell in row for word in cell.split()} <= set(" ".join(lines).split())


def test_a_word_that_is_too_long_to_stand_beside_its_name_has_a_line() -> None:
    assert ROWS[0][2] in [line.strip() for line in printed(50)]


def test_where_the_columns_fit_a_row_is_a_line() -> None:
    heading, *lines = printed(200)
    assert (heading.split(), len(lines)) == (list(NAMES), 2)


def test_where_they_do_not_each_row_is_a_record_without_its_empty_cells() -> None:
    lines = [line.rstrip() for line in printed(60)]
    assert lines[:3] == ["0" * 32, "  reason   handler_failed", f"  address  {ROWS[0][2]}"]
    assert lines[-3:] == ["1" * 32, "  reason   reply_to_gone", "  address  booking.results.orders"]
