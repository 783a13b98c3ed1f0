"""What a process asks of Temporal before it works: what can never work ends it, the rest is a warning."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress

from temporalio.client import Client, Interceptor

from saga import temporal, temporal_checks
from saga.finding import Finding, State, insist
from saga.waiting import until_there

log = logging.getLogger(__name__)


async def connect(interceptors: Sequence[Interceptor] = ()) -> Client:
    """Connect to Temporal as soon as it answers, in a namespace where we may work.

    Raises `UnmetRequirementError` for a namespace that isn't there or that we may not use, and what
    `temporal.connect` raises.
    """
    client = await temporal.connect(interceptors)
    insist([await until_there(lambda: temporal_checks.namespace("namespace", client))])
    return client


@asynccontextmanager
async def warning_of(*checks: Awaitable[Finding]) -> AsyncIterator[None]:
    """Meanwhile, say in the log what is not as it should be, and does not keep us from working."""

    async def warn(check: Awaitable[Finding]) -> None:
        finding = await check
        if finding.state is State.FAILED:
            log.warning("%s", finding)

    warnings = asyncio.gather(*map(warn, checks))
    try:
        yield
    finally:
        warnings.cancel()
        with suppress(asyncio.CancelledError):
            await warnings
