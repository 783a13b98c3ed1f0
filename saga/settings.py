"""The worker's settings, read from the environment (`VOYAGE_*`)."""

from typing import TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from voyage.errors import SettingsError
from voyage.runtime.settings import RuntimeSettings

PREFIX = "VOYAGE_"
TASK_QUEUE = "saga-task-queue"
Settings = TypeVar("Settings", bound=BaseSettings)


class WorkerSettings(RuntimeSettings):
    """What can be set for `voyage-worker`. Where Temporal is, the SDK's own environment says."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    task_queue: str = Field(TASK_QUEUE, min_length=1)
    """The task queue of the booking workflow and its activities."""
    max_concurrent_activities: int = Field(1000, ge=1)
    """How many supplier calls one worker has under way; a slow supplier must not take all of them."""
    shutdown_grace: float = Field(20.0, ge=0)
    """Seconds for which a worker that is told to stop lets running supplier calls finish."""
    sandboxed: bool = False
    """Run workflows in the SDK's sandbox: slower, and it finds what is not deterministic."""


def load(kind: type[Settings], prefix: str = PREFIX) -> Settings:
    """Read the settings; raises `SettingsError`, which names the variable, for one that can't be used."""
    try:
        return kind(_env_prefix=prefix)
    except ValidationError as invalid:
        first = invalid.errors(include_input=False)[0]
        name = f"{prefix}{'_'.join(map(str, first['loc'])).upper() or '*'}"
        raise SettingsError(f"{name}: {first['msg']}") from None  # the error itself holds what was set
