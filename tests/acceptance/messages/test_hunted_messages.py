"""A short run of the hunt through what messages may be; `make fuzz` runs it for longer."""

import pytest

from tests.fuzz.hunting import Target, hunt_for
from tests.fuzz.messages.hunt import OWNED, TARGET

SEED = 19
SECONDS = 15.0


@pytest.mark.usefixtures("servers")
@pytest.mark.parametrize("target", [TARGET, OWNED], ids=lambda target: target.name)
def test_every_message_gets_one_true_answer_and_costs_no_neighbour(target: Target) -> None:
    tally = hunt_for(target, SEED, SECONDS)

    assert tally.found == [], str(tally)
    assert tally.tried["messages"] > 0
