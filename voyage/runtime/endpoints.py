"""`/livez`, `/readyz` and `/metrics`, served by the process's own event loop, so that they show it turns."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, disable_created_metrics, generate_latest

from voyage.errors import SettingsError
from voyage.runtime.addresses import shown
from voyage.runtime.health import STARTING, Problem, Watchdog
from voyage.runtime.retry import AWAITED
from voyage.runtime.settings import RuntimeSettings

log = logging.getLogger(__name__)

Metrics = Callable[[], Awaitable[bytes]]


@asynccontextmanager
async def serving(
    settings: RuntimeSettings, watchdog: Watchdog, more_metrics: Metrics | None = None
) -> AsyncIterator[None]:
    """Serve while the block runs, if a port is set; raises `SettingsError` for one that is taken.

    `more_metrics` gives metrics that prometheus_client doesn't know, in Prometheus's text format.
    """
    if settings.health_port is None:
        yield
        return
    disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which no dashboard reads
    runner = web.AppRunner(_application(watchdog, more_metrics), access_log=None)
    await runner.setup()
    try:
        address = await listen(runner, "HEALTH", settings.health_host, settings.health_port)
        log.info("Health and metrics on http://%s", address)
        yield
    finally:
        await runner.cleanup()


async def listen(runner: web.AppRunner, what: str, host: str, port: int) -> str:
    """Serve there, and say where; raises `SettingsError` by the names `VOYAGE_<what>_HOST` and `_PORT`."""
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as failure:
        raise SettingsError(
            f"VOYAGE_{what}_HOST and VOYAGE_{what}_PORT: can't listen on {shown(host, port)} "
            f"({failure.strerror}). Set another port, or 0 for a free one."
        ) from failure
    bound = runner.addresses[0]
    return shown(bound[0], bound[1])


def _text(problem: Problem) -> str:
    """What it says; while the process waits for its servers, which of them and why."""
    return (
        f"{problem.text}: {' '.join(AWAITED.values())}" if problem is STARTING and AWAITED else problem.text
    )


def _application(watchdog: Watchdog, more_metrics: Metrics | None) -> web.Application:
    async def livez(_: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def readyz(_: web.Request) -> web.Response:
        problems = [
            {"check": name, "reason": problem.reason, "text": _text(problem)}
            for name, problem in watchdog.problems.items()
        ]
        body = {"ready": not problems, "problems": problems}
        return web.json_response(body, status=503 if problems else 200)

    async def metrics(_: web.Request) -> web.Response:
        ours = generate_latest()
        theirs = await more_metrics() if more_metrics else b""
        return web.Response(body=ours + theirs, headers={"Content-Type": CONTENT_TYPE_LATEST})

    application = web.Application()
    application.router.add_get("/livez", livez)
    application.router.add_get("/readyz", readyz)
    application.router.add_get("/metrics", metrics)
    return application
