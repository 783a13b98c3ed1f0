"""`python -m benchmarks SUBCOMMAND`: each starts its own servers, measures, and updates the pages."""

import sys
from subprocess import CalledProcessError

import typer

from benchmarks.commands.against import against
from benchmarks.commands.backlog import backlog
from benchmarks.commands.client import client
from benchmarks.commands.clusters import clusters
from benchmarks.commands.console import console
from benchmarks.commands.far import far
from benchmarks.commands.noisy import noisy
from benchmarks.commands.peers import peers
from benchmarks.commands.scale import scale
from benchmarks.commands.stuck import stuck
from benchmarks.commands.throughput import throughput
from benchmarks.commands.together import together
from benchmarks.report import page
from voyage import devstack

app = typer.Typer(help="Measure bookings over a real RabbitMQ and a real Temporal dev server.")
COMMANDS = (
    throughput,
    backlog,
    scale,
    stuck,
    noisy,
    far,
    together,
    against,
    peers,
    client,
    clusters,
    console,
)
for command in COMMANDS:
    app.command()(command)
app.command("page")(page.write)

if __name__ == "__main__":
    try:
        app()
    except (devstack.DevstackError, CalledProcessError) as error:
        sys.exit(f"benchmarks: {error}")
