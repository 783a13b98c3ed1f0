"""A mistyped VOYAGE_* variable ends a command, and says which name was perhaps meant."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from publisher.settings import BrokerSettings
from saga.suppliers.supplier_settings import LegSimulationSettings, SupplierSettings
from tests.unit.project.test_pages import subclasses
from voyage.commands.variables import NAMES, OF_A_SUPPLIER, OF_COMPOSE, check_variables, known_variables
from voyage.errors import SettingsError
from voyage.runtime.settings import load_settings

ROOT = Path(__file__).parents[3]


def test_the_names_are_those_that_the_classes_read() -> None:
    for package in ("publisher", "saga", "consumer", "console", "voyage"):
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    ours = [
        kind
        for kind in subclasses(BaseSettings)
        if kind not in {SupplierSettings, LegSimulationSettings}
        and kind.__module__.split(".")[0] in {"publisher", "saga", "consumer", "console", "voyage"}
    ]
    assert {f"VOYAGE_{field}".upper() for kind in ours for field in kind.model_fields} == NAMES
    assert {name.upper() for name in SupplierSettings.model_fields} == set(OF_A_SUPPLIER)


def test_what_compose_and_kubernetes_set_is_known() -> None:
    deployed = [ROOT / "compose.yaml", *ROOT.glob("deploy/**/*.yaml")]
    named = {name for file in deployed for name in re.findall(r"\bVOYAGE_[A-Z_]+\b", file.read_text())}

    assert {"VOYAGE_IMAGE", "VOYAGE_HEALTH_PORT"} <= named <= known_variables()
    assert named >= OF_COMPOSE


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("VOYAGE_HOTL_SUPPLIER_URL", "VOYAGE_HOTEL_SUPPLIER_URL"),
        ("VOYAGE_PREFECTH", "VOYAGE_PREFETCH"),
        ("voyage_prefecth", "VOYAGE_PREFETCH"),
        ("VOYAGE_CAR_SUPPLIER_TIMEOUTS", "VOYAGE_CAR_SUPPLIER_TIMEOUT"),
        ("VOYAGE_LOGLEVEL", "VOYAGE_LOG_LEVEL"),
        ("VOYAGE_HEALT_PORT", "VOYAGE_HEALTH_PORT"),
    ],
)
def test_a_mistyped_name_gets_the_one_that_was_meant(name: str, meant: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{name}: no setting has this name. Did you mean {meant}\?"):
        check_variables({name: "s3cret"})


def test_several_are_told_in_one_line_without_their_values() -> None:
    with pytest.raises(SettingsError) as refused:
        check_variables({f"VOYAGE_ZZ{n}": "s3cret" for n in range(9)})
    assert "VOYAGE_ZZ0: " in str(refused.value)
    assert "And 4 more." in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_known_names_and_foreign_ones_are_fine() -> None:
    check_variables(dict.fromkeys(known_variables(), "1"))
    check_variables({"voyage_prefetch": "1", "VOYAGER_X": "1", "AMQP_URL": "x", "_VOYAGE_COMPLETE": "x"})


def test_what_kubernetes_sets_for_a_service_of_that_name_is_fine() -> None:
    of_a_service = {
        "VOYAGE_CONSUMER_SERVICE_HOST": "10.0.0.1",
        "VOYAGE_CONSUMER_SERVICE_PORT": "80",
        "VOYAGE_CONSUMER_SERVICE_PORT_HTTP": "80",
        "VOYAGE_CONSUMER_PORT": "tcp://10.0.0.1:80",
        "VOYAGE_CONSUMER_PORT_80_TCP": "tcp://10.0.0.1:80",
        "VOYAGE_CONSUMER_PORT_80_TCP_PROTO": "tcp",
        "VOYAGE_CONSUMER_PORT_80_TCP_ADDR": "10.0.0.1",
    }
    check_variables(of_a_service)
    with pytest.raises(SettingsError, match="VOYAGE_CONSUMER_PORT"):
        check_variables({"VOYAGE_CONSUMER_PORT": "80"})


def test_an_application_that_uses_the_client_may_have_variables_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VOYAGE_OF_SOMEBODY_ELSE", "1")
    assert load_settings(BrokerSettings)
