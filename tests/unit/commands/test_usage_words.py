"""What typer and pydantic say is told in our words, with what to do instead."""

import pytest
from typer.exceptions import TyperException

from publisher.cli.app import app
from voyage.commands.failures import ending_of

TRIP = ("book", "--car", "c", "--hotel", "h", "--flight", "f")


def said(*arguments: str) -> str:
    with pytest.raises(TyperException) as failure:
        app(list(arguments), prog_name="voyage", standalone_mode=False)
    ending = ending_of(failure.value, lambda _: None)
    assert ending.code == 2
    return ending.text


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("results", "--count", "x"), "Invalid value for --count: takes a whole number."),
        (("results", "--count", "0"), "Invalid value for --count: takes 1 or more."),
        (("book", "--timeout", "nan"), "Invalid value for --timeout: takes 2592000 at most."),
        ((*TRIP, "--attempts", "0"), "Invalid value for --attempts: takes 1 or more."),
        ((*TRIP, "--attempts", "9" * 5000), "Invalid value for --attempts: takes a whole number; this one"),
        (("bok",), "There is no command bok. Did you mean 'book'?"),
        (("book", "--hotle", "x"), "There is no option --hotle. Did you mean --help, --hotel?"),
        (("status",), "ID must be given."),
        (("dead", "drop"), "say which ones: --id, --reason or --all"),
        (
            ("status", "a", "b"),
            "b: not expected here. Leave it out, or put quotes around a text with blanks.",
        ),
        (("cancel", "x", "--reason"), "--reason needs a value."),
        (("parked", "drop", "trip-1"), "Say which one by its option: --id trip-1."),
        (("dead", "replay", "a", "b"), "Say which one by its option: --id a --id b."),
    ],
)
def test_a_mistake_is_told_in_our_words(arguments: tuple[str, ...], text: str) -> None:
    assert said(*arguments).startswith(text)
    assert "Input should" not in said(*arguments)
