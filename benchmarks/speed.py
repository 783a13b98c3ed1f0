"""How fast the machine is just now: whoever else uses its cores changes that from one second to the next."""

import time

TURNS = 20_000


def spin() -> float:
    """The CPU ms that a fixed piece of work takes, which waits for nobody."""
    seen: dict[int, int] = {}
    began = time.thread_time()
    for turn in range(TURNS):
        seen[turn % 97] = turn
    return round((time.thread_time() - began) * 1000, 3)
