"""A trip changes under running bookings, in short; `python -m tests.chaos.plans` does it under 200."""

from pathlib import Path

import pytest

from tests.chaos import plans

pytestmark = pytest.mark.thorough


async def test_each_booking_ends_by_the_plan_with_which_it_began(tmp_path: Path) -> None:
    assert await plans.change(bookings=24, slowness=0.5, seed=1, leave=tmp_path) == []
