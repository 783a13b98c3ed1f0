"""The status of a booking in Temporal's list of workflows."""

from temporalio import workflow

from saga.search_attributes import STATUS


def show(status: str) -> None:
    """Show this status, if the booking was started with one: else its namespace may not know of any.

    Temporal refuses a search attribute that it doesn't know, and the workflow task with it, for ever.
    """
    shown = workflow.info().typed_search_attributes.get(STATUS)
    if shown is not None and shown != status:
        workflow.upsert_search_attributes([STATUS.value_set(status)])
