"""What the tests share: real servers, brought up once, and names of their own for each test."""

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest
from pydantic import SecretStr

import devstack
from consumer.settings import ConsumerSettings


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--containers", action="store_true", help="both servers in containers: RabbitMQ 4, Temporal"
    )


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Iterator[devstack.Servers]:
    """Yours, if AMQP_URL and TEMPORAL_ADDRESS are set, or ones that end with the run."""
    bring_up = devstack.containers if request.config.getoption("--containers") else devstack.stack
    with bring_up(say=print) as running:
        os.environ["AMQP_URL"] = running.amqp_url
        os.environ["TEMPORAL_ADDRESS"] = running.temporal_address
        yield running


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
        dead_queue=f"test.{own}.requests.dead",
        parked_queue=f"test.{own}.results.parked",
        task_queue=f"test-{own}-saga",
        reply_task_queue=f"test-{own}-replies",
        retry_interval=0.02,
        sweep_interval=1,
    )
