"""What the tests share: real servers, brought up once, and names of their own for each test."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest
from pydantic import SecretStr

from consumer.settings import ConsumerSettings
from voyage import devstack
from voyage.devstack.rabbitmq_cluster import RabbitMqCluster

# Chosen here for every process that a test starts: nothing real is booked.
os.environ.setdefault("VOYAGE_SUPPLIERS", "simulated")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--containers", action="store_true", help="both servers in containers: RabbitMQ 4, Temporal"
    )


def pytest_sessionstart(session: pytest.Session) -> None:
    """Processes that share the tests among them share the servers too."""
    config = session.config
    if not config.getoption("numprocesses", None) or config.getoption("collectonly"):
        return
    with ExitStack() as stack:
        _name(stack.enter_context(devstack.stack(say=print)))
        config.add_cleanup(stack.pop_all().close)


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Iterator[devstack.Servers]:
    """Yours, if AMQP_URL and TEMPORAL_ADDRESS are set, or ones that end with the run."""
    bring_up = devstack.containers if request.config.getoption("--containers") else devstack.stack
    with bring_up(say=print) as running:
        _name(running)
        yield running


def _name(running: devstack.Servers) -> None:
    os.environ["AMQP_URL"] = running.amqp_url
    os.environ["TEMPORAL_ADDRESS"] = running.temporal_address


@pytest.fixture(scope="session")
def cluster() -> Iterator[RabbitMqCluster]:
    """Three RabbitMQ nodes. A test that takes one away brings it back."""
    with RabbitMqCluster() as cluster:
        yield cluster


@pytest.fixture
def settings(servers: devstack.Servers) -> ConsumerSettings:
    """Settings with queues and task queues that no other test uses, and retries that don't make it wait."""
    return own_names().model_copy(update={"amqp_url": SecretStr(servers.amqp_url)})


def own_names() -> ConsumerSettings:
    own = uuid4().hex[:8]
    return ConsumerSettings(
        requests_queue=f"test.{own}.requests",
        control_queue=f"test.{own}.control",
        results_queue=f"test.{own}.results",
        undelivered_queue=f"test.{own}.requests.undelivered",
        waiting_queue=f"test.{own}.requests.waiting",
        dead_queue=f"test.{own}.requests.dead",
        parked_queue=f"test.{own}.results.parked",
        task_queue=f"test-{own}-saga",
        reply_task_queue=f"test-{own}-replies",
        retry_interval=0.02,
        reconciliation_interval=1,
    )
