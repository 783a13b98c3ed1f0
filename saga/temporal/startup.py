"""What a process asks of Temporal before it works: what can never work ends it, the rest is a warning."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress

from temporalio.client import Client
from temporalio.service import RPCError

from saga.errors import TEMPORAL
from saga.temporal import server_checks
from saga.temporal.connection import connect_when_available, rpc_failure
from voyage.runtime.check_results import CheckResult, CheckState, require
from voyage.runtime.retry import retry_until_available

log = logging.getLogger(__name__)


async def connect_to_namespace() -> Client:
    """Connect to Temporal as soon as it answers, in a namespace where we may work.

    Raises `UnmetRequirementError` for a namespace that isn't there or that we may not use, and what
    `connect_when_available` raises.
    """
    client = await connect_when_available()
    check = await retry_until_available(
        TEMPORAL, lambda: server_checks.namespace("namespace", client), away=RPCError, describe=rpc_failure
    )
    require([check])
    return client


@asynccontextmanager
async def log_failed_checks(*checks: Awaitable[CheckResult]) -> AsyncIterator[None]:
    """Meanwhile, log a warning for each check that fails: none of them keeps us from working."""

    async def warn(check: Awaitable[CheckResult]) -> None:
        result = await check
        if result.state is CheckState.FAILED:
            log.warning("%s", result)

    warnings = asyncio.gather(*map(warn, checks))
    try:
        yield
    finally:
        warnings.cancel()
        with suppress(asyncio.CancelledError):
            await warnings
