"""Settings from the environment: how they are read, and those of every process."""

from enum import StrEnum
from typing import TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from voyage.errors import SettingsError

PREFIX = "VOYAGE_"
Settings = TypeVar("Settings", bound=BaseSettings)


def load_settings(kind: type[Settings], prefix: str = PREFIX) -> Settings:
    """Read settings; raises `SettingsError`, which names the variable, for one that can't be used."""
    try:
        return kind(_env_prefix=prefix)
    except ValidationError as invalid:
        first = invalid.errors(include_input=False)[0]
        name = "_".join(map(str, first["loc"])).upper() or "*"
        aliases = {field.validation_alias for field in kind.model_fields.values()}
        variable = name if name in aliases else f"{prefix}{name}"
        raise SettingsError(f"{variable}: {first['msg']}") from None  # the error itself holds what was set


class LogFormat(StrEnum):
    """Logs for people, or one JSON object per line."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """What is worth a line in the log."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class RuntimeSettings(BaseSettings):
    """Logs, health and metrics of one process. Traces are set by OpenTelemetry's own variables."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, use_attribute_docstrings=True)

    log_format: LogFormat = LogFormat.CONSOLE
    """`console` for people, `json` for one object per line."""
    log_level: LogLevel = LogLevel.INFO
    """`debug`, `info`, `warning` or `error`; libraries never log below `info`, as that would show bodies."""
    health_port: int | None = Field(None, ge=0, le=65535)
    """The port of `/livez`, `/readyz` and `/metrics`; 0 takes a free one and logs it. Unset: not served."""
    health_host: str = Field("127.0.0.1", min_length=1)
    """The address that the port is bound to; `0.0.0.0` in a container."""
    health_check_interval: float = Field(5.0, gt=0)
    """Seconds between two checks of what makes the process ready."""
    recover_after: float = Field(10.0, ge=0)
    """Seconds of not working, with its servers there, after which the process tries to recover by itself."""
    give_up_after: float = Field(120.0, gt=0)
    """Seconds of not working, with its servers there, after which it exits with code 3 to be started anew."""
    poller_timeout: float = Field(150.0, gt=0)
    """Seconds without a new poll at Temporal after which a poller is lost; one poll takes up to 70."""
