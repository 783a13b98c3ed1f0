"""The worker's settings, read from the environment (`VOYAGE_*`)."""

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from saga.errors import SettingsError

TASK_QUEUE = "saga-task-queue"


class WorkerSettings(BaseSettings):
    """What can be set for `voyage-worker`. Where Temporal is, the SDK's own environment says."""

    model_config = SettingsConfigDict(env_prefix="VOYAGE_", frozen=True)

    task_queue: str = Field(TASK_QUEUE, min_length=1)
    """The task queue of the booking workflow and its activities."""
    max_concurrent_activities: int = Field(200, ge=1)
    """How many supplier calls one worker makes at a time."""
    shutdown_grace: float = Field(20.0, ge=0)
    """Seconds for which a worker that is told to stop lets running supplier calls finish."""
    sandboxed: bool = False
    """Run workflows in the SDK's sandbox: slower, and it finds what is not deterministic."""


def load() -> WorkerSettings:
    """Read the settings; raises `SettingsError`, which names the variable, for one that can't be used."""
    try:
        return WorkerSettings()
    except ValidationError as invalid:
        first = invalid.errors()[0]
        name = f"VOYAGE_{'_'.join(map(str, first['loc'])).upper()}"
        raise SettingsError(f"{name}: {first['msg']}") from invalid
