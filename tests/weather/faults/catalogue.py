"""All the faults of a run, in the order of the table."""

from tests.chaos.proxy.protocols import Way
from tests.weather.faults import limits, machines, network, topology
from tests.weather.scene import Fault

SERVERS = ("rabbitmq", "temporal")
TITLES = {"rabbitmq": "RabbitMQ", "temporal": "Temporal", "supplier": "the supplier"}
TELLS = {"rabbitmq": ("consumer",), "temporal": ("consumer", "worker"), "supplier": ("worker",)}

FORGOTTEN = tuple(
    Fault(f"connections to {TITLES[link]} forgotten{how}", network.forgotten(link, *ways), tells=TELLS[link])
    for link in TITLES
    for how, ways in (
        ("", tuple(Way)),
        (", only what it answers", (Way.ANSWER,)),
        (", only what it is told", (Way.REQUEST,)),
    )
    if link in SERVERS or ways == tuple(Way)
)
NETWORK = (
    *(
        Fault(
            f"connections to {TITLES[link]} cut", network.cut(link), tells=TELLS[link], brief=link in SERVERS
        )
        for link in TITLES
    ),
    *FORGOTTEN,
    *(Fault(f"silence of {TITLES[link]}", network.silent(link), 30.0, TELLS[link]) for link in SERVERS),
    Fault("300 ms each way to both servers", network.far(*SERVERS, delay=0.3), 30.0),
    Fault("30 kB/s to both servers", network.narrow(*SERVERS, rate=30_000.0), 30.0),
)
LIMITS = (
    Fault("Temporal restarts twice, for comparison", limits.requests_a_second(24_000), 10.0),
    *(
        Fault(f"Temporal takes {most} requests a second", limits.requests_a_second(most), 60.0)
        for most in (20, 5)
    ),
)
RIGHTS = (
    Fault("the right to write is taken away", limits.rights(write=limits.NONE), 20.0, ("consumer",)),
    Fault(
        "the right to read is taken away, and connections cut",
        limits.rights(read=limits.NONE, then_cut=True),
        20.0,
        ("consumer",),
    ),
    Fault(
        "every right is taken away, and connections cut",
        limits.rights(configure=limits.NONE, write=limits.NONE, read=limits.NONE, then_cut=True),
        20.0,
        ("consumer",),
    ),
)
TOPOLOGY = (
    Fault(
        "the dead-letter queue is deleted, then poison comes",
        topology.dead_letter_queue_deleted,
        10.0,
        ("consumer",),
        poison=10,
    ),
    Fault("the control queue is deleted", topology.control_queue_deleted, tells=("consumer",)),
    Fault(
        "no consumer, and a policy lets requests expire after 1 s",
        topology.policy_while_no_consumer_runs(message_ttl=1000),
        10.0,
        ("consumer",),
        expires=True,
    ),
)
MACHINES = (
    Fault("RabbitMQ stopped and continued", machines.frozen("rabbitmq"), 30.0, ("consumer",)),
    Fault("Temporal stopped and continued", machines.frozen("temporal"), 30.0),
    Fault("all consumers stopped and continued", machines.frozen("consumer"), 30.0, ("consumer",)),
    Fault("all workers stopped and continued", machines.frozen("worker"), 30.0, ("worker",)),
    *(
        Fault(f"one {role} told to stop twice", machines.told_to_stop_twice(role), tells=(role,), brief=True)
        for role in ("consumer", "worker")
    ),
)
FAULTS = (
    Fault("nothing, for comparison", network.calm),
    *NETWORK,
    *LIMITS,
    *RIGHTS,
    *TOPOLOGY,
    *MACHINES,
)
