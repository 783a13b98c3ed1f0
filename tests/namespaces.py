"""Namespaces of a test's own, at the server that all tests share."""

from datetime import timedelta
from uuid import uuid4

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from tests.poll import eventually


async def new_namespace(temporal: Client) -> Client:
    """A client for a namespace without search attributes; the server knows it everywhere."""
    name = f"test-{uuid4().hex[:8]}"
    retention = Duration()
    retention.FromTimedelta(timedelta(days=1))
    request = RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=retention)
    await temporal.workflow_service.register_namespace(request)
    client = await Client.connect(temporal.service_client.config.target_host, namespace=name)

    async def is_known() -> bool:
        try:
            async for _ in client.list_workflows():
                pass
        except RPCError:
            return False
        return True

    await eventually("the namespace", is_known)
    return client
