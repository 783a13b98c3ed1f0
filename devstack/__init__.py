"""Finds or starts a RabbitMQ and a Temporal server, for the demo, the tests and the benchmarks."""

from devstack.bring_up import Servers, containers, stack
from devstack.errors import DevstackError
from devstack.rabbitmq import RabbitMq
from devstack.temporal import Temporal

__all__ = ["DevstackError", "RabbitMq", "Servers", "Temporal", "containers", "stack"]
