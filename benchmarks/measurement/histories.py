"""What a booking leaves in Temporal's history."""

from temporalio.client import Client

from benchmarks.scenarios.scenario import Scenario


async def history_events(temporal: Client, scenario: Scenario) -> int:
    """The number of events of one of its bookings; raises `RuntimeError` if there is none."""
    ended = "ExecutionStatus = 'Completed' AND WorkflowType != 'ReconciliationWorkflow'"
    async for found in temporal.list_workflows(f"TaskQueue = '{scenario.task_queue}' AND {ended}", limit=1):
        return int((await temporal.get_workflow_handle(found.id).describe()).history_length)
    raise RuntimeError(f"{scenario.name}: nothing was booked")
