"""What bookings require of Temporal, asked of the server itself."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    SignalWorkflowExecutionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from saga.errors import TemporalRefusedError, TemporalUnreachableError
from saga.temporal.connection import connect_once
from saga.temporal.server_limit import or_limited
from voyage.runtime.check_results import CheckResult, CheckState

REFUSED = (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED)
RPC_TIMEOUT = timedelta(seconds=8)
_CONNECT_TIMEOUT = 10.0


async def reachable() -> tuple[CheckResult, Client | None]:
    """Whether Temporal answers, and a client if it does."""
    try:
        async with asyncio.timeout(_CONNECT_TIMEOUT):
            client = await connect_once()
    except (TemporalUnreachableError, TemporalRefusedError) as error:
        return CheckResult("Temporal", CheckState.FAILED, "can't be used", str(error)), None
    except TimeoutError:
        to_do = "Look at its log, or correct TEMPORAL_ADDRESS"
        return CheckResult(
            "Temporal", CheckState.FAILED, f"no answer within {_CONNECT_TIMEOUT:g} s", to_do
        ), None
    return CheckResult("Temporal", CheckState.OK, f"answers, namespace {client.namespace}"), client


@or_limited
async def namespace(name: str, client: Client) -> CheckResult:
    """Whether the namespace is there, and we may look at it and change what is in it.

    Raises `RPCError` if the server doesn't say, which passes.
    """
    try:
        await asyncio.gather(retention_period(client), _signal_nobody(client))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            create = f"temporal operator namespace create --namespace {client.namespace}"
            to_do = f"Create it ({create}), or set TEMPORAL_NAMESPACE"
            return CheckResult(name, CheckState.FAILED, f"there is no {client.namespace!r}", to_do)
        if error.status in REFUSED:
            return not_permitted(name, error)
        raise
    return CheckResult(name, CheckState.OK, client.namespace)


def not_permitted(name: str, error: RPCError) -> CheckResult:
    """What Temporal refuses to us, though it knows us."""
    to_do = (
        "Give our API key or client certificate the right to read and write in TEMPORAL_NAMESPACE, "
        "or set TEMPORAL_API_KEY or TEMPORAL_TLS_CLIENT_CERT_PATH to one that has it"
    )
    return CheckResult(
        name, CheckState.FAILED, f"not permitted ({error.message or error.status.name})", to_do
    )


@or_limited
async def retention(name: str, client: Client, window: float) -> CheckResult:
    """Whether ended bookings are kept as long as a repeat must be recognised (`window`, seconds)."""
    found = await retention_period(client)
    if found.total_seconds() >= window:
        return CheckResult(name, CheckState.OK, str(found))
    to_do = (
        f"A repeat after {found} books again. Raise it (temporal operator namespace update --retention), "
        "or lower VOYAGE_DUPLICATE_WINDOW"
    )
    return CheckResult(name, CheckState.FAILED, str(found), to_do)


async def retention_period(client: Client) -> timedelta:
    """How long Temporal keeps what has ended; raises `RPCError`."""
    request = DescribeNamespaceRequest(namespace=client.namespace)
    found = await client.workflow_service.describe_namespace(request, timeout=RPC_TIMEOUT)
    return found.config.workflow_execution_retention_ttl.ToTimedelta()


async def _signal_nobody(client: Client) -> None:
    """Ask for a change of a workflow that doesn't exist: not found, if we may change what does."""
    nobody = WorkflowExecution(workflow_id=f"voyage-doctor-{uuid4().hex}")
    request = SignalWorkflowExecutionRequest(
        namespace=client.namespace, workflow_execution=nobody, signal_name="voyage-doctor"
    )
    try:
        await client.workflow_service.signal_workflow_execution(request, timeout=RPC_TIMEOUT)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
