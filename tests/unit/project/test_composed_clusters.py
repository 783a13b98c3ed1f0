"""`deploy/compose/cluster.yaml` agrees with itself, with compose.yaml, and with what the tests run on."""

import re
from pathlib import Path
from typing import Any

import yaml

from publisher.broker_url import read
from voyage.devstack.temporal_cluster import NEWEST, SHARDS
from voyage.search_attributes import ALL

ROOT = Path(__file__).parents[3]


class Composed(yaml.SafeLoader):
    """Compose's own tags say what becomes of the file before."""


Composed.add_constructor("!reset", lambda *_: None)
Composed.add_constructor("!override", lambda *_: None)


def services(file: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.load((ROOT / file).read_text(), Composed)["services"]  # noqa: S506
    return found


CLUSTER = services("deploy/compose/cluster.yaml")
NODES = [name for name in CLUSTER if name.startswith("rabbitmq")]
HOSTS = ["temporal", "temporal-2"]


def test_everybody_knows_the_three_nodes_by_the_same_names() -> None:
    conf = (ROOT / "deploy/rabbitmq/20-cluster.conf").read_text()
    hostnames = [{**services("compose.yaml"), **CLUSTER}[name].get("hostname", name) for name in NODES]
    addresses = [CLUSTER[name]["environment"]["AMQP_URL"] for name in ("consumer", "trips")]

    assert len(NODES) == 3
    assert re.findall(r"nodes\.\d = rabbit@(\S+)", conf) == hostnames == NODES
    for address in addresses:
        assert [node.host for node in read(re.sub(r"\$\{[^}]*\}", "x", address))] == NODES


def test_the_nodes_have_the_same_secret_and_definitions() -> None:
    mounts = [set(CLUSTER[name]["volumes"]) - {f"{name}:/var/lib/rabbitmq"} for name in NODES[1:]]
    first = {*services("compose.yaml")["rabbitmq"]["volumes"], *CLUSTER["rabbitmq"]["volumes"]}

    assert [CLUSTER[name]["environment"] for name in NODES] == [CLUSTER["rabbitmq"]["environment"]] * 3
    assert mounts == [first - {"rabbitmq:/var/lib/rabbitmq"}] * 2


def test_temporal_is_the_newest_that_the_tests_run_on() -> None:
    images = {CLUSTER[name]["image"] for name in (*HOSTS, "temporal-schema", "temporal-namespace")}

    assert images == {f"temporalio/{image}:{NEWEST}.0" for image in ("server", "admin-tools")}
    assert {CLUSTER[host]["environment"]["NUM_HISTORY_SHARDS"] for host in HOSTS} == {str(SHARDS)}


def test_clients_reach_any_host_and_find_the_namespace_as_bookings_need_it() -> None:
    address = CLUSTER["consumer"]["environment"]["TEMPORAL_ADDRESS"]
    command = CLUSTER["temporal-namespace"]["command"][-1]

    assert CLUSTER["worker"]["environment"]["TEMPORAL_ADDRESS"] == address
    assert {tuple(CLUSTER[host]["networks"]["default"]["aliases"]) for host in HOSTS} == {
        (address.partition(":")[0],)
    }
    assert set(re.findall(r"--name (\w+) --type Keyword", command)) == set(ALL)
