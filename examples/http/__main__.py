"""`python -m examples.http`: open the door until Ctrl-C or SIGTERM."""

from typing import Annotated

import typer
from aiohttp import web

from examples.http.door import Door


def main(
    port: Annotated[int, typer.Option(help="Where to listen; 3002 is the tutorial's.")] = 3002,
    host: Annotated[str, typer.Option(help="On which address.")] = "127.0.0.1",
    wait: Annotated[float, typer.Option(help="The most seconds that an answer is waited for.", min=0)] = 60.0,
    broker_timeout: Annotated[float, typer.Option(help="Seconds to wait for RabbitMQ.", min=0.1)] = 5.0,
) -> None:
    """Book trips by `curl -X POST http://localhost:3002/book`; AMQP_URL says where RabbitMQ is."""
    app = Door(longest_wait=wait, broker_timeout=broker_timeout).app()
    web.run_app(app, host=host, port=port, access_log=None, shutdown_timeout=5)


if __name__ == "__main__":
    typer.run(main)
