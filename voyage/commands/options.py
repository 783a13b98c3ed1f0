"""What the commands of all three programs share: options, and how the program of a service is made."""

from typing import Annotated

import typer

from voyage.commands.help_texts import examples

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object per line.")]


def service_app(name: str, *lines: str) -> typer.Typer:
    """The program of a service: its help has its name and these lines as examples; we tell its errors."""
    return typer.Typer(
        name=name,
        epilog=examples(name, *lines),
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode=None,
    )
