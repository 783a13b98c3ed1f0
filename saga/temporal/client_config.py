"""Temporal's environment configuration, as far as it can be used."""

import os
import re
from pathlib import Path

from temporalio.envconfig import ClientConfig, ClientConnectConfig

from voyage.errors import SettingsError
from voyage.runtime.addresses import is_ipv6

DEFAULT_ADDRESS = "localhost:7233"
_ADDRESS = re.compile(r"(\[(?P<ipv6>[^]]+)]|[A-Za-z0-9._-]{1,253}):(?P<port>[0-9]{1,5})")
_LAST_PORT = 65535


def client_config() -> ClientConnectConfig:
    """What the variables say; raises `SettingsError` for what can't be used."""
    _require_its_file()
    try:
        config = ClientConfig.load_client_connect_config(override_env_vars=_readable_environment())
    except (OSError, RuntimeError) as error:
        raise SettingsError(f"TEMPORAL_*: {first_line(error)}") from error
    address = config.setdefault("target_host", DEFAULT_ADDRESS)
    is_empty = os.environ.get("TEMPORAL_ADDRESS") == ""  # which the SDK takes for unset
    if is_empty or not is_address(address):
        raise SettingsError("TEMPORAL_ADDRESS: takes host:port, such as localhost:7233 or [::1]:7233.")
    if not config.get("namespace", "default"):
        raise SettingsError("TEMPORAL_NAMESPACE: is empty. Name a namespace, or unset it for `default`.")
    return config


def _require_its_file() -> None:
    """The SDK goes on without a file that isn't there, and so to another server."""
    named = os.environ.get("TEMPORAL_CONFIG_FILE")
    if named and not Path(named).exists():
        raise SettingsError("TEMPORAL_CONFIG_FILE: there is no such file.")


def _readable_environment() -> dict[str, str]:
    """The environment without what is no UTF-8, on which the SDK panics, whosever variable it is."""
    readable = {}
    for name, value in os.environ.items():
        try:
            f"{name}{value}".encode()
        except UnicodeEncodeError:
            if name.startswith("TEMPORAL_"):
                raise SettingsError(f"{name}: takes text in UTF-8") from None
        else:
            readable[name] = value
    return readable


def is_address(text: str) -> bool:
    """Whether this is a host, or an IPv6 address in brackets, and a port."""
    found = _ADDRESS.fullmatch(text)
    if not found or not 0 < int(found["port"]) <= _LAST_PORT:
        return False
    return is_ipv6(found["ipv6"]) if found["ipv6"] else True


def first_line(error: Exception) -> str:
    """The first line of what an error says, at most 200 characters."""
    return str(error).partition("\n")[0][:200]
