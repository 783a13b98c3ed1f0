"""A Celery task that books: its own id is the booking id, so that whatever runs it again books once.

Run it: celery --app examples.applications.tasks worker
"""

import os
from functools import cache
from typing import Any

from celery import Celery, Task

from publisher import BlockingClient, BookingRejectedError, BookingRequest, ClientError

app = Celery("shop", broker=os.environ.get("CELERY_BROKER_URL", "amqp://"), backend="rpc://")
app.conf.task_acks_late = True
app.conf.task_reject_on_worker_lost = True
app.conf.worker_prefetch_multiplier = 1


@cache
def voyage() -> BlockingClient:
    """The client of this worker process."""
    return BlockingClient.connect(name="tasks", wait=10)


@app.task(bind=True, max_retries=None)
def book(task: "Task[Any, Any]", trip: dict[str, Any]) -> dict[str, Any]:
    """Book a trip, and try again until there is a result; a trip that is not valid fails at once."""
    request = BookingRequest.model_validate({"booking_id": task.request.id, **trip})
    try:
        return voyage().book(request).model_dump(mode="json")
    except BookingRejectedError as rejected:
        return rejected.result.model_dump(mode="json")
    except ClientError as error:
        raise task.retry(exc=error, countdown=2) from error
