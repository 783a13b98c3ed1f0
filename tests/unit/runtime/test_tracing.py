"""Traces are off unless OpenTelemetry's variables ask for them, and then they are what was asked for."""

import pytest

from voyage.errors import SettingsError
from voyage.runtime import tracing


def test_without_variables_nothing_is_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_TRACES_EXPORTER", raising=False)
    tracing.set_up("test")
    assert not tracing.are_on()


@pytest.mark.parametrize("off", [("OTEL_TRACES_EXPORTER", "none"), ("OTEL_SDK_DISABLED", "true")])
def test_traces_can_be_switched_off(off: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv(*off)
    tracing.set_up("test")
    assert not tracing.are_on()


def test_an_exporter_nobody_knows_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "pigeon")
    with pytest.raises(SettingsError, match="OTEL_TRACES_EXPORTER: 'pigeon' is not one of"):
        tracing.set_up("test")
