"""Log lines of workflows and activities name their workflow, in a field instead of in the text."""

from structlog.typing import EventDict, WrappedLogger
from temporalio import activity, workflow

from voyage.runtime import process
from voyage.runtime.settings import RuntimeSettings


def set_up_logging(settings: RuntimeSettings) -> None:
    """Log as the settings say, with the workflow id in each line that belongs to one."""
    process.set_up_logging(settings, _add_workflow_id)
    activity.logger.activity_info_on_message = False
    workflow.logger.workflow_info_on_message = False


def _add_workflow_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    if activity.in_activity():
        event.setdefault("workflow_id", activity.info().workflow_id)
    elif workflow.in_workflow():
        event.setdefault("workflow_id", workflow.info().workflow_id)
    return event
