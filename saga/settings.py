"""The worker's settings, read from the environment (`VOYAGE_*`)."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_settings import SettingsConfigDict

from voyage.runtime.settings import RuntimeSettings, Seconds, Utf8
from voyage.trips.loading import TripSettings

TASK_QUEUE = "saga-task-queue"


def _not_reserved(name: str) -> str:
    if name.startswith("/_sys/"):
        raise ValueError("takes a name that doesn't begin with /_sys/, as Temporal's own do")
    return name


TaskQueue = Annotated[
    str, StringConstraints(min_length=1, max_length=200), Utf8, AfterValidator(_not_reserved)
]
"""A task queue's name; workflow ids of ours are made of it, so it is shorter than Temporal allows."""


class WorkerSettings(RuntimeSettings, TripSettings):
    """What can be set for `voyage-worker`. Where Temporal is, the SDK's own environment says."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    task_queue: TaskQueue = TASK_QUEUE
    """The task queue of the booking workflow and its activities."""
    max_concurrent_activities: int = Field(default=1000, ge=1, le=100_000)
    """How many supplier calls one worker has under way; a slow supplier must not take all of them."""
    shutdown_grace: Seconds = 20.0
    """Seconds for which a worker that is told to stop lets running supplier calls finish."""
    sandboxed: bool = False
    """Run workflows in the SDK's sandbox: slower, and it finds what is not deterministic."""
