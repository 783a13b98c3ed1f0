"""Settings from the environment: how they are read, and those of every process."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from voyage.errors import SettingsError
from voyage.runtime.addresses import is_host
from voyage.runtime.system_errors import lacks_descriptors
from voyage.runtime.wording import in_our_words

PREFIX = "VOYAGE_"
DAY = 24 * 3600.0
LEAST_SILENCE = 15.0
"""Temporal's server closes connections that are tried more often than every 10 s (`keepAliveMinTime`)."""
Settings = TypeVar("Settings", bound=BaseSettings)

Seconds = Annotated[float, Field(ge=0, le=30 * DAY, allow_inf_nan=False)]
"""A time in seconds that may be none at all: at most 30 days, as nobody means more."""
PositiveSeconds = Annotated[float, Field(ge=0.001, le=30 * DAY, allow_inf_nan=False)]
"""A time in seconds: at least a millisecond, which is the least that Temporal knows, and at most 30 days."""
Period = Annotated[float, Field(ge=1, le=3660 * DAY, allow_inf_nan=False)]
"""How long something is kept, in seconds: at most ten years."""
Count = Annotated[int, Field(ge=1, le=1_000_000)]
"""How many of something there may be: one at least, a million at most."""


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("takes text in UTF-8") from None
    return text


def _host(text: str) -> str:
    if not is_host(text):
        raise ValueError("takes a host name or an address, such as 0.0.0.0 or ::1")
    return text


Utf8 = AfterValidator(_encodable)
Host = Annotated[str, StringConstraints(max_length=253), Utf8, AfterValidator(_host)]
"""Where to listen: a name, or an IPv4 or IPv6 address."""


def load_settings(kind: type[Settings], prefix: str = PREFIX) -> Settings:
    """Read settings; raises `SettingsError`, which names the variable, for one that can't be used."""
    try:
        return kind(_env_prefix=prefix)
    except ValidationError as invalid:
        first = invalid.errors(include_input=False)[0]
        name = "_".join(map(str, first["loc"])).upper() or "*"
        aliases = {field.validation_alias for field in kind.model_fields.values()}
        variable = name if name in aliases else f"{prefix}{name}"
        said = in_our_words(first["msg"])
        then = "" if first["type"] == "value_error" else ". Correct or unset it"
        raise SettingsError(f"{variable}: {said}{then}") from None  # the error itself holds what was set
    except OSError as unusable:  # a path that can't even be looked at
        if lacks_descriptors(unusable):
            raise
        path = Path(unusable.filename or "")
        named = (name for name, value in os.environ.items() if Path(value) == path)
        variable = next(named, f"{prefix}*")
        raise SettingsError(f"{variable}: can't be opened ({unusable.strerror})") from None


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


class ConnectionSettings(BaseSettings):
    """What holds for the connections to both servers."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, use_attribute_docstrings=True)

    silence_timeout: float = Field(default=60.0, ge=LEAST_SILENCE, le=3600, allow_inf_nan=False)
    """Seconds of silence after which a connection counts as lost, to RabbitMQ or to Temporal; at least 15."""


class RuntimeSettings(ConnectionSettings):
    """Logs, health and metrics of one process. Traces are set by OpenTelemetry's own variables."""

    log_format: LogFormat = LogFormat.CONSOLE
    """`console` for people, `json` for one object per line."""
    log_level: LogLevel = LogLevel.INFO
    """`debug`, `info`, `warning` or `error`; libraries never log below `info`, as that would show bodies."""
    health_port: int | None = Field(default=None, ge=0, le=65535)
    """The port of `/livez`, `/readyz` and `/metrics`; 0 takes a free one and logs it. Unset: not served."""
    health_host: Host = "127.0.0.1"
    """The address that the port is bound to; `0.0.0.0` in a container."""
    health_check_interval: PositiveSeconds = 5.0
    """Seconds between two checks of what makes the process ready."""
    recover_after: Seconds = 10.0
    """Seconds of not working, with its servers there, after which the process tries to recover by itself."""
    give_up_after: PositiveSeconds = 120.0
    """Seconds of not working, with its servers there, after which it exits with code 3 to be started anew."""
    poller_timeout: PositiveSeconds = 150.0
    """Seconds without a new poll at Temporal after which a poller is lost; one poll takes up to 70."""
