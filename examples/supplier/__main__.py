"""`python -m examples.supplier`: run the supplier until Ctrl-C or SIGTERM."""

from pathlib import Path
from typing import Annotated

import typer
from aiohttp import web

from examples.supplier.faults import Faults
from examples.supplier.ledger import Ledger
from examples.supplier.service import Service


def main(
    port: Annotated[int, typer.Option(help="Where to listen, on 127.0.0.1.")] = 8700,
    ledger: Annotated[Path, typer.Option(help="The SQLite file.")] = Path("supplier.sqlite"),
    slowness: Annotated[float, typer.Option(help="Seconds that a slow answer takes.")] = 5.0,
    seed: Annotated[int | None, typer.Option(help="Draw faults that have a rate by this seed.")] = None,
) -> None:
    """Book any leg of any trip, such as cars at http://127.0.0.1:PORT/car."""
    faults = Faults(slowness=slowness)
    faults.chance.seed(seed)
    app = Service(Ledger(ledger), faults).app()
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, shutdown_timeout=5)


if __name__ == "__main__":
    typer.run(main)
