"""Choosing suppliers, and the example of docs/suppliers.md against the contract that ships."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from saga.suppliers.contract_tests import SupplierContract
from saga.suppliers.http import HttpSupplier
from saga.suppliers.selection import choose, names_of
from saga.suppliers.simulated import SimulatedSupplier
from saga.suppliers.supplier import Supplier
from voyage.errors import SettingsError

DOCS = Path(__file__).parents[3] / "docs" / "suppliers.md"
HOTEL = "hotel"


@pytest.fixture
def garage() -> Iterator[ModuleType]:
    """The first Python block of the page, as the module that it tells its reader to write."""
    [block, *_] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    module = ModuleType("my_garage")
    exec(block, module.__dict__)  # noqa: S102 -- our own page
    sys.modules["my_garage"] = module
    yield module
    del sys.modules["my_garage"]


class TestTheSupplierOfTheDocs(SupplierContract):
    item, refused_item = "a small car", "a truck"

    @pytest.fixture
    def supplier(self, garage: ModuleType) -> Any:
        return garage.CornerGarage()


class Forgetful:
    """Books anew for each call, and undoes nothing."""

    def __init__(self) -> None:
        self.count = 0

    async def book(self, _: Any) -> str:
        self.count += 1
        return str(self.count)

    async def undo(self, _: Any) -> None:
        raise RuntimeError("what for?")


@pytest.mark.parametrize(
    "broken",
    [
        SupplierContract.test_the_same_key_books_once,
        SupplierContract.test_a_refusal_is_final,
        SupplierContract.test_an_undo_may_come_twice,
        SupplierContract.test_an_undo_of_what_was_never_booked_is_fine,
        SupplierContract.test_a_booking_that_comes_after_its_undo_books_nothing,
    ],
)
def test_the_contract_finds_what_a_supplier_breaks(broken: Any) -> None:
    supplier: Supplier = Forgetful()
    with pytest.raises((AssertionError, RuntimeError)):
        broken(SupplierContract(), supplier)


def test_suppliers_are_simulated_where_that_is_asked_for() -> None:
    assert isinstance(choose(HOTEL), SimulatedSupplier)


def test_a_leg_without_a_supplier_is_an_error_that_names_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOYAGE_SUPPLIERS")
    monkeypatch.setenv("VOYAGE_HOTEL_SUPPLIER", "simulated")
    monkeypatch.setenv("VOYAGE_FLIGHT_SUPPLIER_PLUGIN", "airline:Flights")

    with pytest.raises(SettingsError, match="named for car, bus") as refused:
        names_of(["car", HOTEL, "flight", "bus"])
    ways = "Set VOYAGE_CAR_SUPPLIER_URL=https://… or VOYAGE_CAR_SUPPLIER_PLUGIN=module:Class"
    assert ways in str(refused.value)
    assert ".md" not in str(refused.value)
    assert names_of([HOTEL, "flight"]) == {HOTEL: "simulated", "flight": "airline:Flights"}


def test_a_leg_is_simulated_or_has_a_supplier_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_HOTEL_SUPPLIER_URL", "https://rooms.example.com/api/")
    assert names_of([HOTEL, "car"]) == {HOTEL: "rooms.example.com", "car": "simulated"}

    monkeypatch.setenv("VOYAGE_HOTEL_SUPPLIER", "simulated")
    with pytest.raises(SettingsError, match="VOYAGE_HOTEL_SUPPLIER: hotel has a supplier of its own"):
        choose(HOTEL)


@pytest.mark.parametrize("variable", ["VOYAGE_SUPPLIERS", "VOYAGE_HOTEL_SUPPLIER"])
def test_nothing_but_simulated_is_taken(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "Simulated, please")
    with pytest.raises(SettingsError, match=f"{variable}: takes 'simulated'. Correct or unset it"):
        choose(HOTEL)


def test_a_url_chooses_the_http_adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_HOTEL_SUPPLIER_URL", "https://rooms.example.com/api/")
    assert isinstance(choose(HOTEL), HttpSupplier)
    assert isinstance(choose("car"), SimulatedSupplier)


@pytest.mark.usefixtures("garage")
def test_a_plugin_is_found_by_module_and_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_HOTEL_SUPPLIER_PLUGIN", "my_garage:CornerGarage")
    assert type(choose(HOTEL)).__name__ == "CornerGarage"


def test_a_plugin_is_found_in_the_working_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "garage_of_this_folder.py").write_text("from saga.suppliers.simulated import *\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(sys.path))
    monkeypatch.setenv("VOYAGE_HOTEL_SUPPLIER_PLUGIN", "garage_of_this_folder:SimulatedSupplier")
    assert isinstance(choose(HOTEL), SimulatedSupplier)


def test_a_plugin_is_found_by_entry_point(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed = tmp_path / "garage-1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: garage\nVersion: 1\n")
    (installed / "entry_points.txt").write_text(
        "[voyage.suppliers]\nsimulated = saga.suppliers.simulated:SimulatedSupplier\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("VOYAGE_HOTEL_SUPPLIER_PLUGIN", "simulated")
    assert isinstance(choose(HOTEL), SimulatedSupplier)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"URL": "rooms"}, "VOYAGE_HOTEL_SUPPLIER_URL: "),
        ({"PLUGIN": "nowhere:Class"}, "VOYAGE_HOTEL_SUPPLIER_PLUGIN: can't load 'nowhere:Class'"),
        ({"PLUGIN": "unknown"}, "VOYAGE_HOTEL_SUPPLIER_PLUGIN: can't load 'unknown'"),
        ({"PLUGIN": "builtins:dict"}, "lacks the methods book and undo"),
        ({"URL": "http://rooms", "PLUGIN": "a:B"}, "either the URL or the plugin"),
        ({"URL": "http://rooms", "CA": "/no/such/file"}, "VOYAGE_HOTEL_SUPPLIER_CA: "),
        ({"URL": "http://rooms", "TIMEOUT": "-1"}, "VOYAGE_HOTEL_SUPPLIER_TIMEOUT: "),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], complaint: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"VOYAGE_HOTEL_SUPPLIER_{name}", value)
    with pytest.raises(SettingsError) as refused:
        choose(HOTEL)
    assert complaint in str(refused.value)
