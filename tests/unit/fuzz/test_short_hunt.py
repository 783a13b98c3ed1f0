"""A short hunt under a new seed each time; `make fuzz` is a long one. What it finds becomes a plain test."""

import random

import pytest

from tests.fuzz.hunting import Target, hunt
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_no_case_breaks_a_rule(target: Target) -> None:
    seed = random.randrange(2**32)  # noqa: S311 -- nothing is kept secret by it
    print(f"python -m tests.fuzz --seed {seed} --only {target.name!r}")  # noqa: T201 -- shown when it fails
    assert hunt(target, seed) > 0
