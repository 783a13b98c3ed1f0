"""`voyage-consumer`: bridges booking requests from RabbitMQ to Temporal, and results back."""

import sys

import uvloop

from consumer import service
from consumer.errors import ConsumerError
from consumer.settings import ConsumerSettings
from publisher.errors import VoyageError
from publisher.settings import load
from saga.errors import SagaError
from saga.process import set_up_logging


def main() -> None:
    """Run the consumer until it is told to stop; exit code 2 for what a person must mend."""
    set_up_logging()
    try:
        uvloop.run(service.run(load(ConsumerSettings)))
    except (VoyageError, SagaError, ConsumerError) as error:
        print(f"voyage-consumer: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
