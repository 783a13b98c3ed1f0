"""What the tests leave on servers that live on: nothing."""

from contextlib import suppress

from temporalio.client import Client as Temporal
from temporalio.service import RPCError

from publisher import BrokerSettings
from publisher.amqp.connection import open_connection
from publisher.amqp.topology import queues


async def tidy(own: BrokerSettings, temporal_address: str) -> None:
    """Delete the queues and the schedule, and end the bookings that wait for a person."""
    async with await open_connection(own, "voyage.testing") as connection:
        channel = await connection.channel()
        for queue in queues(own):
            await channel.queue_delete(queue.name)
    temporal = await Temporal.connect(temporal_address)
    with suppress(RPCError):
        await temporal.get_schedule_handle(f"reconciliation-{own.requests_queue}").delete()
    query = f'TaskQueue = "{own.requests_queue}" AND ExecutionStatus = "Running"'
    async for workflow in temporal.list_workflows(query):
        with suppress(RPCError):
            await temporal.get_workflow_handle(workflow.id).terminate("its test has ended")
