"""A short hunt under one seed; `make fuzz` is a long one. What it finds becomes a plain test."""

import pytest

from tests.fuzz.hunting import Target, hunt
from tests.fuzz.targets import TARGETS

SEED = 19  # one, so that a red test means a change that broke something


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_no_case_breaks_a_rule(target: Target) -> None:
    print(f"python -m tests.fuzz --seed {SEED} --only {target.name!r}")  # noqa: T201 -- shown when it fails
    assert hunt(target, SEED) > 0
