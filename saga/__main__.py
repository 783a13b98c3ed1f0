"""`voyage-worker`: runs the booking workflow and its activities."""

import sys

import uvloop

from saga import settings, worker
from saga.errors import SagaError
from saga.process import set_up_logging


def main() -> None:
    """Run the worker until it is told to stop; exit code 2 for a setting that can't be used."""
    set_up_logging()
    try:
        uvloop.run(worker.run(settings.load()))
    except SagaError as error:
        print(f"voyage-worker: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
