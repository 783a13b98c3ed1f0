"""`voyage`: the client's command."""

import logging
import sys

from typer.exceptions import TyperException

from publisher.cli.app import app
from publisher.cli.terminal import Exit, stderr
from voyage.errors import VoyageError


def main() -> None:
    """Run the command; a user's mistake is one line and exit code 2, never a stack trace."""
    logging.basicConfig(level=logging.WARNING, format="voyage: %(message)s")
    logging.getLogger("aio_pika").setLevel(logging.ERROR)
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)
    try:
        sys.exit(app(standalone_mode=False))
    except* VoyageError as errors:
        _print_error(str(errors.exceptions[0]))
    except* TyperException as errors:
        _print_error(_usage(errors.exceptions[0]))
    sys.exit(Exit.USAGE)


def _usage(mistake: BaseException) -> str:
    """What was wrong on the command line, and whom to ask; a command without arguments gets its help."""
    text, context = str(mistake.args[0]), getattr(mistake, "ctx", None)
    if isinstance(mistake, TyperException):
        text = mistake.format_message()
    if "\n" in text or not context:
        return text
    stop = "" if text.endswith((".", "?")) else "."
    return f"{text}{stop} See: {context.command_path} --help"


def _print_error(text: str) -> None:
    stderr.print(text if "\n" in text else f"voyage: {text}", markup=False)


if __name__ == "__main__":
    main()
