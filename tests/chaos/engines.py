"""RabbitMQ and Temporal of a run: a process each, or clusters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voyage.devstack import RabbitMq, Temporal
from voyage.devstack.balancer import Balancer
from voyage.devstack.group import Group
from voyage.devstack.ports import HOST
from voyage.devstack.rabbitmq_cluster import RabbitMqCluster
from voyage.devstack.server_process import Server
from voyage.devstack.temporal_cluster import TemporalCluster
from voyage.devstack.temporal_release import temporal_of_choice


@dataclass(frozen=True)
class Engines:
    """Both; they end with whoever closes them."""

    rabbitmq: RabbitMq | RabbitMqCluster
    temporal: Temporal | TemporalCluster

    @classmethod
    def of_a_world(cls, *, clusters: bool) -> "Engines":
        """Not started yet."""
        if clusters:
            return cls(RabbitMqCluster(), TemporalCluster(print))
        return cls(RabbitMq(), temporal_of_choice(print))

    @property
    def cluster(self) -> RabbitMqCluster | None:
        """RabbitMQ, if it is one."""
        return self.rabbitmq if isinstance(self.rabbitmq, RabbitMqCluster) else None

    @property
    def nodes(self) -> Mapping[str, RabbitMq]:
        """RabbitMQ's nodes by their names."""
        nodes = [self.rabbitmq] if isinstance(self.rabbitmq, RabbitMq) else self.rabbitmq.nodes
        return {node.name.lower(): node for node in nodes}

    @property
    def servers(self) -> Sequence[Server]:
        """Every process that can be broken: what only stands in for a network is none."""
        return [server for server in self._all() if not isinstance(server, Balancer)]

    @property
    def ports(self) -> Mapping[str, int]:
        """Where a proxy leads, by its name."""
        return {**{name: node.port for name, node in self.nodes.items()}, "temporal": self.temporal.port}

    def url(self, ports: Mapping[str, int], user: str) -> str:
        """The `AMQP_URL` with a port for each node; the user's name is the password."""
        return f"amqp://{user}:{user}@{','.join(f'{HOST}:{ports[name]}' for name in self.nodes)}/"

    def spawn(self) -> None:
        """Start them all from this thread, with which they end; returns before they are ready."""
        self.rabbitmq.spawn()
        self.temporal.spawn()
        if self.cluster:
            self.cluster.join()

    def close(self) -> None:
        """End them."""
        self.temporal.close()
        self.rabbitmq.close()

    def _all(self) -> Sequence[Server]:
        both: Sequence[Server | Group] = (self.rabbitmq, self.temporal)
        return [server for one in both for server in (one.servers if isinstance(one, Group) else (one,))]
