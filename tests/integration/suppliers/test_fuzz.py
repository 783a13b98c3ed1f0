"""A short run of the hunt through what suppliers may do; `tests/fuzz/suppliers.py` runs it for longer."""

import pytest

from saga.activities import supplier_calls
from tests.fuzz import suppliers
from voyage import devstack

SEED = 19


@pytest.mark.usefixtures("servers")
def test_whatever_suppliers_do_each_try_and_each_booking_ends() -> None:
    summary = suppliers.run(8, SEED)
    assert summary.found == [], str(summary)
    assert summary.calls > 50
    assert summary.bookings > 0


def test_the_hunt_finds_a_reference_that_is_none(
    servers: devstack.Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert servers
    monkeypatch.setattr(supplier_calls, "reference_in", str)
    assert suppliers.run(8, SEED).found
