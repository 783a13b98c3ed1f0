"""`voyage`: the client's command."""

import logging
import sys

from publisher.commands import app
from publisher.errors import VoyageError
from publisher.terminal import Exit, stderr


def main() -> None:
    """Run the command; a user's mistake is one line and exit code 2, never a stack trace."""
    logging.basicConfig(level=logging.WARNING, format="voyage: %(message)s")
    logging.getLogger("aio_pika").setLevel(logging.ERROR)
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)
    try:
        app()
    except* VoyageError as errors:
        stderr.print(f"voyage: {errors.exceptions[0]}")
        sys.exit(Exit.USAGE)


if __name__ == "__main__":
    main()
