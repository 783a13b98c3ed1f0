"""Settings: each is documented, and one that can't be used is named without its value."""

from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from consumer.settings import ConsumerSettings
from docs.tools.settings_page import page
from saga.settings import WorkerSettings
from saga.suppliers.supplier_settings import SupplierSettings
from voyage.errors import VoyageError
from voyage.runtime.settings import load_settings

PAGE = Path(__file__).parents[3] / "docs" / "settings.md"


def test_the_page_of_settings_is_what_the_code_says() -> None:
    assert PAGE.read_text() == page(), "docs/settings.md is stale: make settings"


@pytest.mark.parametrize(
    "name", ["PREFETCH", "RECOVER_AFTER", "HEALTH_PORT", "LOG_FORMAT", "RECONCILIATION_INTERVAL"]
)
def test_a_setting_of_the_consumer_that_cannot_be_used_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"VOYAGE_{name}", "s3cret")
    with pytest.raises(VoyageError, match=f"^VOYAGE_{name}: ") as refused:
        load_settings(ConsumerSettings)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("name", ["MAX_CONCURRENT_ACTIVITIES", "SHUTDOWN_GRACE", "LOG_LEVEL"])
def test_a_setting_of_the_worker_that_cannot_be_used_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"VOYAGE_{name}", "s3cret")
    with pytest.raises(VoyageError, match=f"^VOYAGE_{name}: ") as refused:
        load_settings(WorkerSettings)
    assert "s3cret" not in str(refused.value)


def test_what_is_wrong_with_a_supplier_is_told_without_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"URL": "http://user:s3cret@cars", "PLUGIN": "a:B", "AUTHORIZATION": "Bearer s3cret"}
    for name, value in values.items():
        monkeypatch.setenv(f"VOYAGE_CAR_SUPPLIER_{name}", value)
    with pytest.raises(VoyageError, match=r"^VOYAGE_CAR_SUPPLIER_\*: .*not both") as refused:
        load_settings(SupplierSettings, "VOYAGE_CAR_SUPPLIER_")
    assert "s3cret" not in f"{refused.value!r} {refused.value.__cause__!r}"


@pytest.mark.parametrize("kind", [ConsumerSettings, WorkerSettings, SupplierSettings])
def test_every_setting_has_a_text(kind: type[BaseSettings]) -> None:
    assert [name for name, field in kind.model_fields.items() if not field.description] == []


SECONDS = [
    "RETRY_INTERVAL",
    "RETRY_INTERVAL_LIMIT",
    "TRY_TIMEOUT",
    "HEARTBEAT_TIMEOUT",
    "UNDO_BUDGET",
    "FAST_LEGS",
]
OTHERS = ["DRAIN_TIMEOUT", "PROBE_INTERVAL", "DUPLICATE_WINDOW", "EARLY_CANCEL_LIFETIME", "PUBLISH_TIMEOUT"]
RUNTIME = ["HEALTH_CHECK_INTERVAL", "RECOVER_AFTER", "GIVE_UP_AFTER", "POLLER_TIMEOUT"]


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1e20", "1e308", "-1"])
@pytest.mark.parametrize("name", [*SECONDS, *OTHERS, *RUNTIME, "RECONCILIATION_INTERVAL"])
def test_seconds_that_nobody_means_are_refused(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"VOYAGE_{name}", value)
    with pytest.raises(VoyageError, match=f"^VOYAGE_{name}: "):
        load_settings(ConsumerSettings)


@pytest.mark.parametrize("name", ["RETRY_INTERVAL", "TRY_TIMEOUT", "HEARTBEAT_TIMEOUT"])
def test_no_time_is_shorter_than_the_millisecond_that_temporal_knows(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"VOYAGE_{name}", "1e-9")
    with pytest.raises(VoyageError, match=f"^VOYAGE_{name}: "):
        load_settings(ConsumerSettings)


@pytest.mark.parametrize("value", ["inf", "nan", "1e20"])
def test_the_workers_and_the_suppliers_seconds_are_bounded_too(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TIMEOUT", "CONNECT_TIMEOUT", "POOL_TIMEOUT", "RETRY_AFTER_LIMIT"):
        with monkeypatch.context() as one:
            one.setenv(f"VOYAGE_CAR_SUPPLIER_{name}", value)
            with pytest.raises(VoyageError, match=f"^VOYAGE_CAR_SUPPLIER_{name}: "):
                load_settings(SupplierSettings, "VOYAGE_CAR_SUPPLIER_")
    monkeypatch.setenv("VOYAGE_SHUTDOWN_GRACE", value)
    with pytest.raises(VoyageError, match=r"^VOYAGE_SHUTDOWN_GRACE: "):
        load_settings(WorkerSettings)


@pytest.mark.parametrize("value", ["", "amq.queue", "q" * 256, "ü" * 128, "\udcff"])
@pytest.mark.parametrize("name", ["REQUESTS", "CONTROL", "RESULTS", "DEAD", "PARKED"])
def test_a_queue_has_a_name_that_rabbitmq_takes(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"VOYAGE_{name}_QUEUE", value)
    with pytest.raises(VoyageError, match=f"^VOYAGE_{name}_QUEUE: takes "):
        load_settings(ConsumerSettings)


def test_a_results_queue_leaves_room_for_the_names_of_reply_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_RESULTS_QUEUE", "q" * 223)
    with pytest.raises(VoyageError, match=r"^VOYAGE_RESULTS_QUEUE: takes at most 222 bytes"):
        load_settings(ConsumerSettings)


@pytest.mark.parametrize("name", ["TASK_QUEUE", "REPLY_TASK_QUEUE"])
@pytest.mark.parametrize("value", ["", "q" * 201, "/_sys/x", "\udcff"])
def test_a_task_queue_has_a_name_that_temporal_takes(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"VOYAGE_{name}", value)
    with pytest.raises(VoyageError, match=f"^VOYAGE_{name}: "):
        load_settings(ConsumerSettings)


@pytest.mark.parametrize("name", ["VOYAGE_AMQP_CA", "VOYAGE_AMQP_KEY"])
@pytest.mark.parametrize("path", ["x" * 5000, "../" * 2000])
def test_a_path_that_cannot_even_be_looked_at_is_named(
    name: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, path)
    with pytest.raises(VoyageError, match=f"^{name}: "):
        load_settings(ConsumerSettings)


@pytest.mark.parametrize("value", ["Bearer \n", "Bärer", " x", "\udcff"])
def test_an_authorization_that_no_header_takes_is_named(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_CAR_SUPPLIER_AUTHORIZATION", value)
    with pytest.raises(VoyageError, match=r"^VOYAGE_CAR_SUPPLIER_AUTHORIZATION: takes "):
        load_settings(SupplierSettings, "VOYAGE_CAR_SUPPLIER_")
