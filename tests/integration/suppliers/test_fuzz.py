"""A short run of the hunt through what suppliers may do; `make fuzz` runs it for longer."""

import pytest

from saga.activities import supplier_calls
from tests.fuzz.hunting import hunt_for
from tests.fuzz.suppliers import BOOKINGS, CALLS

SEED = 19


@pytest.mark.usefixtures("servers")
def test_whatever_suppliers_do_each_booking_ends() -> None:
    tally = hunt_for(BOOKINGS, SEED, 8)
    assert tally.found == [], str(tally)
    assert tally.tried.total() > 0


def test_the_hunt_finds_a_reference_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supplier_calls, "reference_in", str)
    assert hunt_for(CALLS, SEED, 8).found
