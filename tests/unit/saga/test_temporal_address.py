"""Where Temporal is: what can't be an address, and an empty namespace, are named instead of waited for."""

import pytest

from saga.errors import TemporalUnreachableError
from saga.temporal.client_config import is_address
from saga.temporal.connection import connect_once
from voyage.errors import SettingsError


@pytest.mark.parametrize(
    "text", ["localhost:7233", "10.0.0.1:7233", "[::1]:7233", "temporal.prod.svc:1", "a_b:65535"]
)
def test_addresses(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost",
        "localhost:",
        ":7233",
        "::1:7233",
        "[zz]:1",
        "http://x:1",
        "x:0",
        "x:65536",
        "x:1/y",
        "a b:1",
        "é:1",
        "x:1\n",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TEMPORAL_ADDRESS", "localhost"),
        ("TEMPORAL_ADDRESS", "http://x:1"),
        ("TEMPORAL_NAMESPACE", ""),
        ("TEMPORAL_CONFIG_FILE", "/nope"),
    ],
)
async def test_what_cannot_be_meant_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: "):
        await connect_once()


async def test_a_foreign_variable_that_is_no_utf8_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK panics on it, which ends no process of ours."""
    monkeypatch.setenv("SOMEBODY_ELSES", "\udcff")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "localhost:1")
    with pytest.raises(TemporalUnreachableError, match="localhost:1"):
        await connect_once()
