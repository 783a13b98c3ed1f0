"""One setting bounds silence on both connections, within what both servers permit."""

import pytest

from publisher.amqp.reconnecting import heartbeat_of
from publisher.settings import BrokerSettings
from saga.temporal.connection import LEAST_PING_INTERVAL, keep_alive_of
from voyage.errors import SettingsError
from voyage.runtime.settings import LEAST_SILENCE, load_settings


@pytest.mark.parametrize("silence", [LEAST_SILENCE, 20, 33.3, 60, 3600])
def test_both_libraries_give_up_in_time(silence: float) -> None:
    heartbeat, keep_alive = heartbeat_of(silence), keep_alive_of(silence)

    assert heartbeat >= 1
    assert 3 * (heartbeat + 1) + max(1, heartbeat // 2) <= silence
    assert keep_alive.interval_millis >= 1000 * LEAST_PING_INTERVAL
    assert keep_alive.timeout_millis >= 5000
    assert keep_alive.interval_millis + keep_alive.timeout_millis <= 1000 * silence


def test_less_than_temporal_permits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_SILENCE_TIMEOUT", "14")
    with pytest.raises(SettingsError, match="VOYAGE_SILENCE_TIMEOUT: takes 15 or more"):
        load_settings(BrokerSettings)
