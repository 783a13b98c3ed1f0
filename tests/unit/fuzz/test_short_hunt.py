"""A short hunt under one seed; `make fuzz` is a long one. What it finds becomes a plain test."""

import pytest
from hypothesis import strategies as st

from tests.fuzz.hunting import Target, each, hunt
from tests.fuzz.targets import TARGETS

pytestmark = pytest.mark.thorough

SEED = 19  # one, so that a red test means a change that broke something


@pytest.mark.parametrize(
    "target", [target for target in TARGETS if not target.over_servers], ids=lambda target: target.name
)
def test_no_case_breaks_a_rule(target: Target) -> None:
    tally = hunt(target, SEED)
    assert tally.found == [], str(tally)
    assert tally.tried.total() > 0


def test_a_case_that_breaks_a_rule_is_told_with_its_seed() -> None:
    def check(number: int) -> None:
        assert number < 7

    tally = hunt(Target("numbers", st.integers(), each(check, "numbers"), examples=100), SEED)

    [found] = tally.found
    assert found.startswith("--seed 19 --only 'numbers': AssertionError")
    assert "7" in found
    assert tally.tried["numbers"] > 1
