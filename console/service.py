"""The console's process: puts connections and pages together, and serves them until told to stop."""

import asyncio
import logging
from contextlib import AsyncExitStack

from aiohttp import web

from console.access.doors import door_of
from console.settings import ConsoleSettings
from console.web.application import application
from console.web.state import Console
from saga.temporal import sdk_runtime
from voyage.runtime.endpoints import listen, serving
from voyage.runtime.health import Watchdog
from voyage.runtime.process import Shutdown, end, stop_on_signals

log = logging.getLogger(__name__)
_GRACE = 3.0  # seconds that requests under way have at the end


async def run(settings: ConsoleSettings) -> None:
    """Serve until SIGTERM or SIGINT; raises `SettingsError` for an address that can't be used."""
    stop = stop_on_signals()
    console = Console(settings, door_of(settings))
    watchdog = Watchdog(settings, "console")
    async with Shutdown(_GRACE) as stack:
        await stack.enter_async_context(serving(settings, watchdog, sdk_runtime.set_up(settings)))
        watching = [
            asyncio.create_task(work)
            for work in (console.temporal.watch(), console.broker.watch(), console.samples.watch())
        ]
        stack.push_async_callback(end, watching)
        stack.push_async_callback(console.sending.close)
        await _listen(console, stack)
        await watchdog.run([], stop)
    log.info("Console stopped")


async def _listen(console: Console, stack: AsyncExitStack) -> None:
    settings = console.settings
    runner = web.AppRunner(application(console), access_log=None, shutdown_timeout=_GRACE)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    address = await listen(runner, "CONSOLE", settings.console_host, settings.console_port)
    log.info("Console ready on http://%s", address)
