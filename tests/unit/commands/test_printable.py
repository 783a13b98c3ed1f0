"""What others wrote does nothing to a terminal, and reads as they wrote it otherwise."""

import io

import pytest
from rich.console import Console

from voyage.commands.printable import printable
from voyage.commands.sheets import print_sheet


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("c\x1b[31mX", "c\\x1b[31mX"),
        ("a\rb\x07\x9b2J", "a\\rb\\x07\\x9b2J"),
        ("pay \u202eeno", "pay \\u202eeno"),
        ("Zoë's 東京 🚗\nand two", "Zoë's 東京 🚗\nand two"),
    ],
)
def test_what_acts_on_a_terminal_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_table_does_not_pass_it_on() -> None:
    console = Console(file=io.StringIO(), width=40)
    print_sheet(console, ("booking", "why"), [("b-1", "c\x1b[31mX")])
    assert "\x1b" not in console.file.getvalue()  # type: ignore[attr-defined]  # it is ours, from above
