"""Finds or starts a RabbitMQ and a Temporal server, for the demo, the tests and the benchmarks."""

from voyage.devstack.bring_up import Servers, containers, stack
from voyage.devstack.rabbitmq import RabbitMq
from voyage.devstack.temporal import Temporal
from voyage.errors import DevstackError

__all__ = ["DevstackError", "RabbitMq", "Servers", "Temporal", "containers", "stack"]
