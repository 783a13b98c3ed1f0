"""The options of `python -m examples.http`, and where it listens."""

from typing import Annotated

import typer
from aiohttp import web

from examples.http.door import Door
from publisher.settings import BrokerSettings
from voyage.errors import SettingsError
from voyage.runtime.settings import load_settings

LONGEST_WAIT = 24 * 3600.0  # seconds

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


@app.command()
def main(
    port: Annotated[
        int, typer.Option(help="Where to listen; 3002 is the tutorial's.", min=1, max=65535)
    ] = 3002,
    host: Annotated[str, typer.Option(help="On which address.")] = "127.0.0.1",
    wait: Annotated[
        float, typer.Option(help="The most seconds that an answer is waited for.", min=0, max=LONGEST_WAIT)
    ] = 60.0,
    broker_timeout: Annotated[
        float, typer.Option(help="Seconds to wait for RabbitMQ.", min=0.1, max=LONGEST_WAIT)
    ] = 5.0,
) -> None:
    """Book trips by `curl -X POST http://localhost:3002/book`; AMQP_URL says where RabbitMQ is."""
    settings = load_settings(BrokerSettings)
    _ = settings.url  # a mistake there is told now, not to the first caller
    door = Door(settings.trip, longest_wait=wait, broker_timeout=broker_timeout).app()
    try:
        web.run_app(door, host=host, port=port, access_log=None, shutdown_timeout=5)
    except (OSError, UnicodeError) as failure:
        reason = getattr(failure, "strerror", None) or "no such address"
        raise SettingsError(
            f"can't listen on {host}:{port} ({reason.rpartition(': ')[2]}). Give another --port or --host."
        ) from None
