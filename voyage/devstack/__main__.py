"""`python -m voyage.devstack`: both servers for a session, or only the fetching of what they need."""

import sys
import time
from typing import Annotated

import typer

from voyage.devstack import binaries
from voyage.devstack.bring_up import CLUSTER, WORLD, clusters_are_asked_for, stack
from voyage.devstack.container import docker_answers
from voyage.devstack.rabbitmq import installed
from voyage.devstack.rabbitmq_of_choice import NO_RABBITMQ
from voyage.devstack.temporal_release import chosen
from voyage.errors import DevstackError

LOOK_EVERY = 0.5  # seconds

app = typer.Typer(help="Finds or starts RabbitMQ and Temporal.", no_args_is_help=True)


Cluster = Annotated[
    bool,
    typer.Option(
        "--cluster",
        help=f"Three RabbitMQ nodes, and two Temporal hosts over PostgreSQL; also {WORLD}={CLUSTER}.",
    ),
]


@app.command()
def up(*, cluster: Cluster = False) -> None:
    """Bring both servers up and keep them until Ctrl-C, or until one ends by itself, which is an error."""
    with stack(ui=True, cluster=cluster or clusters_are_asked_for()) as servers:
        print(f"\nexport AMQP_URL={servers.amqp_url} TEMPORAL_ADDRESS={servers.temporal_address}")
        print(
            f"RabbitMQ's UI: {servers.rabbitmq_ui or 'none'}   Temporal's UI: {servers.temporal_ui or 'none'}"
        )
        print("Both end with Ctrl-C.", flush=True)
        while True:
            servers.require_running()
            time.sleep(LOOK_EVERY)


@app.command()
def fetch() -> None:
    """Make sure that both servers can be started here, fetching what is missing."""
    print(f"Temporal CLI: {binaries.temporal_binary(print)}")
    if version := chosen():
        print(f"Temporal server {version}: {binaries.temporal_server(version, print)}")
    if not (installed() or docker_answers() or binaries.install_rabbitmq(print)):
        raise DevstackError(NO_RABBITMQ)
    print(f"RabbitMQ: {installed() or 'in a container'}")


if __name__ == "__main__":
    try:
        app(standalone_mode=False)
    except DevstackError as error:
        sys.exit(f"devstack: {error}")
    except (KeyboardInterrupt, typer.Abort):
        print("\nStopped.")
