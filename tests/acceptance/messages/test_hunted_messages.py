"""A short run of the hunt through what messages may be; `make fuzz` runs it for longer."""

import pytest

from tests.fuzz.hunting import hunt_for
from tests.fuzz.messages.hunt import TARGET

SEED = 19
SECONDS = 15.0


@pytest.mark.usefixtures("servers")
def test_every_message_gets_one_true_answer_and_costs_no_neighbour() -> None:
    tally = hunt_for(TARGET, SEED, SECONDS)

    assert tally.found == [], str(tally)
    assert tally.tried["messages"] > 0
