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
