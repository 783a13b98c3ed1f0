"""Activities that a worker lacks, as their bookings began with another trip: it leaves them to others."""

import logging
from collections.abc import Iterable, Sequence

from temporalio import activity
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.worker import (
    Interceptor,
    StartActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.workflow import ActivityHandle

from saga.legs import book_activity, undo_activity

log = logging.getLogger(__name__)

UNSERVED = "Unserved"
"""The type of the failure. It costs no try: no supplier was asked."""
_OF_LEGS = ("book_", "undo_book_")
_said: set[str] = set()


@activity.defn(dynamic=True)
async def unserved(_: Sequence[RawValue]) -> None:
    """Fail at once, without a try: the booking asks again, until a worker has the activity."""
    info = activity.info()
    name = info.activity_type
    text = f"{name} is done by no worker that was asked: its leg is not in their trip"
    if not name.startswith(_OF_LEGS):
        raise ApplicationError(f"This worker has no activity {name}", type="NotFoundError")
    if name not in _said and not info.is_local:
        _said.add(name)
        log.error(
            "%s is not in this worker's trip (VOYAGE_TRIP): %s, which began with another one, asks again "
            "until a worker has it. This is said once",
            name,
            info.workflow_id,
        )
    benign = ApplicationErrorCategory.BENIGN  # of which the SDK says nothing
    raise ApplicationError(text, info.attempt - 1, type=UNSERVED, non_retryable=True, category=benign)


def is_unserved(cause: BaseException | None) -> bool:
    """Whether an activity failed as it came to a worker that lacks it."""
    return isinstance(cause, ApplicationError) and cause.type == UNSERVED


def tries_before(cause: BaseException | None) -> int:
    """The tries that other workers made before an activity came to one that lacks it."""
    made = cause.details if isinstance(cause, ApplicationError) else ()
    return next((number for number in made if isinstance(number, int)), 0)


class LeaveToOthers(Interceptor):
    """Keeps a worker from taking, with the task that starts it, an activity that it lacks."""

    def __init__(self, legs: Iterable[str], others: Iterable[str] = ()) -> None:
        names = list(legs)
        self._activities = {*map(book_activity, names), *map(undo_activity, names), *others}

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002, ARG002 -- the SDK's name
    ) -> type[WorkflowInboundInterceptor]:
        """Tell the SDK which of a workflow's calls to look at."""
        mine = self._activities

        class _Calls(WorkflowOutboundInterceptor):
            def start_activity(self, input: StartActivityInput) -> ActivityHandle[object]:  # noqa: A002 -- the SDK's
                input.disable_eager_execution |= input.activity not in mine
                return super().start_activity(input)

        class _Workflow(WorkflowInboundInterceptor):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                super().init(_Calls(outbound))

        return _Workflow
