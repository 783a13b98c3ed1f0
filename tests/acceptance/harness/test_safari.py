"""The safari of the examples, its suppliers behind HTTP in a process of their own."""

import json
from collections.abc import Iterator, Mapping
from datetime import date

import pytest

from examples.demo.supplier import ExampleSupplier
from examples.safari import Jeep, Park, Safari
from publisher.contract.result import Status
from voyage.testing import Voyage
from voyage.trips import Trip

JEEP = Jeep(seats=4, from_day=date(2030, 7, 1), to_day=date(2030, 7, 8))


def safari(lodge: str = "crater lodge", guide: str | None = None) -> Safari:
    asked = {"jeep": JEEP, "lodge": lodge, "guide": guide, "permit": Park.SERENGETI, "voucher": "a balloon"}
    return Safari.model_validate({"name": "Jane", "loyalty_number": "L-1", **asked})


@pytest.fixture(scope="module")
def supplier() -> Iterator[ExampleSupplier]:
    with ExampleSupplier(slowness=0.2) as supplier:
        yield supplier


@pytest.fixture(scope="module")
def voyage_trip() -> type[Trip]:
    return Safari


@pytest.fixture(scope="module")
def voyage_settings(supplier: ExampleSupplier) -> Mapping[str, str]:
    return {f"VOYAGE_{leg.upper()}_SUPPLIER_URL": f"{supplier.url}/{leg}" for leg in Safari.declared_legs}


def test_a_safari_is_booked_as_it_was_asked_for(voyage: Voyage, supplier: ExampleSupplier) -> None:
    result = voyage.book(safari(guide="a guide fault=lost*1"))

    assert result.status is Status.BOOKED
    assert result.booked["jeep"] == "Jeep: a jeep with 4 seats from 2030-07-01 to 2030-07-08"
    rows = {row["leg"]: row for row in supplier.ledger().bookings(f"booking-{result.booking_id}")}
    assert json.loads(rows["jeep"]["item"]) == {"seats": 4, "from_day": "2030-07-01", "to_day": "2030-07-08"}
    assert json.loads(rows["jeep"]["details"]) == {"name": "Jane", "loyalty_number": "L-1"}
    assert {row["state"] for row in rows.values()} == {"booked"}
    assert rows.keys() == Safari.declared_legs.keys()
    assert voyage.ledger.calls == [], "suppliers that the settings name are asked themselves"


def test_a_lodge_that_is_full_undoes_the_jeep(voyage: Voyage, supplier: ExampleSupplier) -> None:
    result = voyage.book(safari(lodge="an invalid lodge"))

    assert result.status is Status.CANCELLED
    statuses = [(leg.leg, leg.status) for leg in result.legs]
    assert statuses == [
        ("jeep", "undone"),
        ("lodge", "refused"),
        ("permit", "not_tried"),
        ("voucher", "not_tried"),
    ]
    rows = supplier.ledger().bookings(f"booking-{result.booking_id}")
    assert {row["leg"]: row["state"] for row in rows} == {"jeep": "undone", "lodge": "undone"}
