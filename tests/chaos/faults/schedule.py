"""Which fault comes when: drawn by a seed, the same for the same seed, and printable."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

SHORTEST, LONGEST = 0.5, 5.0  # seconds that a fault lasts


class Kind(StrEnum):
    """What is done to a target, and undone after a while."""

    KILL = "kill"
    """SIGKILL; started again afterwards."""
    FREEZE = "freeze"
    """SIGSTOP; SIGCONT afterwards."""
    RESTART = "restart"
    """SIGTERM; started again afterwards."""
    CUT = "cut"
    """Every connection through a proxy is reset, three times; between nodes: none, until it is healed."""
    STALL = "stall"
    """Nothing passes through a proxy."""
    ALARM = "alarm"
    """The broker's memory alarm: it takes no publishes."""
    DISK = "disk"
    """The broker's disk alarm: it takes no publishes either."""


LEADER, TWO, EACH = "leader", "two nodes", "each node"
"""Of a RabbitMQ cluster: where the requests' leader is at that time; two at once; one after the other.
A cut is between the two, or between the leader's node and all others."""
OF_A_CLUSTER = (
    *((kind, LEADER) for kind in (Kind.KILL, Kind.FREEZE, Kind.RESTART)),
    *((kind, TWO) for kind in (Kind.KILL, Kind.FREEZE)),
    *((Kind.CUT, target) for target in (LEADER, TWO)),
    (Kind.RESTART, EACH),
)
OF_A_PROCESS = (Kind.KILL, Kind.FREEZE, Kind.RESTART)
OF_A_PROXY = (Kind.CUT, Kind.STALL)


Pack = Sequence[tuple[Kind, str]]


@dataclass(frozen=True)
class Fault:
    """One fault: seconds after the start, what, to whom, and for how many seconds."""

    at: float
    kind: Kind
    target: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.at:7.1f} s  {self.kind:8}{self.target:14}for {self.seconds:.1f} s"


def draw(
    seed: int, count: int, pace: float, processes: Sequence[str], proxies: Sequence[str], broker: str
) -> list[Fault]:
    """`count` faults, one every `pace` seconds on average.

    They are dealt like cards: every fault there is comes once before any comes again.
    """
    pack = [(kind, process) for process in processes for kind in OF_A_PROCESS]
    pack += [(kind, f"{proxy} link") for proxy in proxies for kind in OF_A_PROXY]
    pack += [(Kind.ALARM, broker)]
    return _spread(seed, pace, count, [pack])


def draw_for_clusters(
    seed: int, count: int, pace: float, servers: Sequence[str], services: Sequence[str], nodes: Sequence[str]
) -> list[Fault]:
    """The same where RabbitMQ and Temporal are clusters: what is done to their `servers` comes first."""
    of_servers = [(kind, server) for server in servers for kind in OF_A_PROCESS]
    of_servers += [*OF_A_CLUSTER, *((Kind.DISK, node) for node in nodes[:1])]
    others = [(kind, service) for service in services for kind in OF_A_PROCESS]
    others += [(kind, f"{proxy} link") for proxy in (*nodes, "temporal", "supplier") for kind in OF_A_PROXY]
    others += [(Kind.ALARM, node) for node in nodes]
    return _spread(seed, pace, count, [of_servers, others])


def restarts(seed: int, count: int, pace: float, processes: Sequence[str]) -> list[Fault]:
    """One orderly restart every `pace` seconds, half of it after the start, of each process in turn."""
    chance = random.Random(seed)  # noqa: S311 -- it has to be predictable
    pack = [(Kind.RESTART, process) for process in processes]
    return [
        Fault((number + 0.5) * pace, *card, SHORTEST)
        for number, card in enumerate(_deal(chance, [pack], count))
    ]


def _spread(seed: int, pace: float, count: int, packs: Sequence[Pack]) -> list[Fault]:
    chance = random.Random(seed)  # noqa: S311 -- it has to be predictable
    return [
        Fault((number + chance.random()) * pace, *card, chance.uniform(SHORTEST, LONGEST))
        for number, card in enumerate(_deal(chance, packs, count))
    ]


def _deal(chance: random.Random, packs: Sequence[Pack], count: int) -> list[tuple[Kind, str]]:
    dealt: list[tuple[Kind, str]] = []
    while len(dealt) < count:
        for pack in packs:
            dealt += chance.sample(pack, len(pack))
    return dealt[:count]
