"""RabbitMQ as a cluster of three nodes on this machine, for what only clusters do."""

from collections.abc import Sequence

from voyage.devstack.group import Group
from voyage.devstack.ports import HOST, free_port
from voyage.devstack.rabbitmq import RabbitMq

NODES = 3
TICKTIME = 60  # seconds, RabbitMQ's own default
_COOKIE = "voyage-devstack"


class Node(RabbitMq):
    """One of them; they find each other by a shared epmd, which ends with the first."""

    def __init__(self, number: int, port: int, epmd_port: int, ports: Sequence[int], ticktime: int) -> None:
        self.name = f"RabbitMQ-{number}"
        peers = [
            f"cluster_formation.classic_config.nodes.{number} = devstack{peer}@localhost"
            for number, peer in enumerate(ports, 1)
        ]
        super().__init__(
            port=port,
            config=[
                "cluster_formation.peer_discovery_backend = classic_config",
                *peers,
                "cluster_partition_handling = pause_minority",
                f"net_ticktime = {ticktime}",
            ],
        )
        self._epmd_port = epmd_port
        cookie = self.home / ".erlang.cookie"
        cookie.write_text(_COOKIE)
        cookie.chmod(0o400)

    @property
    def node_name(self) -> str:
        """Its name in the cluster, as RabbitMQ's own views have it."""
        return self.environment()["RABBITMQ_NODENAME"]


class RabbitMqCluster(Group):
    """Three nodes, each of which can be stopped, killed, frozen and started again."""

    name = "RabbitMQ"
    ui_port = None

    def __init__(self, ticktime: int = TICKTIME) -> None:
        """`ticktime`: seconds of silence after which a node counts as away, RabbitMQ's `net_ticktime`."""
        ports, epmd_port = [free_port() for _ in range(NODES)], free_port()
        self.nodes = [Node(number, port, epmd_port, ports, ticktime) for number, port in enumerate(ports, 1)]

    @property
    def servers(self) -> Sequence[Node]:
        """The nodes."""
        return self.nodes

    @property
    def url(self) -> str:
        """The `AMQP_URL` that names all nodes."""
        return f"amqp://guest:guest@{','.join(f'{HOST}:{node.port}' for node in self.nodes)}/"

    def ctl(self, *arguments: str) -> str:
        """Run `rabbitmqctl` on a node that runs; raises `CalledProcessError`."""
        return next(node for node in self.nodes if node.is_running).ctl(*arguments)

    def leader_of(self, queue: str) -> Node:
        """The node where a quorum queue's leader is, as a node that runs has heard."""
        lines = self.ctl("list_queues", "name", "leader", "--no-table-headers").splitlines()
        leader = dict(line.split("\t") for line in lines)[queue]
        return next(node for node in self.nodes if node.node_name == leader)

    def node_of_connection(self, name: str) -> Node:
        """The node to which the connection of this name is; raises `LookupError` if there is none."""
        asked = next(node for node in self.nodes if node.is_running)
        lines = asked.ctl("list_connections", "client_properties", "port", "--no-table-headers").splitlines()
        port = next((line.split("\t")[-1] for line in lines if f'"{name}"' in line), None)
        return next(node for node in self.nodes if str(node.port) == port)

    def cut(self, one: Node, *others: Node) -> None:
        """End the ways between this node and those, and let none begin; clients still reach each."""
        peers = ", ".join(f"'{node.node_name}'" for node in others)
        one.ctl(
            "eval", f"[begin erlang:set_cookie(N, cut), erlang:disconnect_node(N) end || N <- [{peers}]]."
        )

    def heal(self, one: Node, *others: Node) -> None:
        """Let them connect again, which they do by themselves."""
        peers = ", ".join(f"'{node.node_name}'" for node in others)
        one.ctl("eval", f"[erlang:set_cookie(N, erlang:get_cookie()) || N <- [{peers}]].")

    def spawn(self) -> None:
        """Start the first, whom the others join later."""
        self.nodes[0].spawn()

    def join(self) -> None:
        """Start the others as soon as the first is ready; raises `DevstackError`."""
        first, *others = self.nodes
        first.wait()
        for node in others:
            if not node.is_running:
                node.spawn()

    def wait(self) -> None:
        """Return when all are ready, of which the others are started now at the latest."""
        self.join()
        super().wait()
