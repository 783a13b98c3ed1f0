"""Connections of others than ours, to whichever node of `AMQP_URL` takes them."""

from contextlib import suppress
from typing import Any

import aio_pika
import pika
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from publisher.broker_url import read


async def connect(url: str, **options: Any) -> AbstractConnection:
    """A connection of aio-pika that doesn't come back; raises what the last node answers."""
    nodes = read(url)
    for node in nodes:
        with suppress(*(CONNECTION_EXCEPTIONS if node is not nodes[-1] else ())):
            connection: AbstractConnection = await aio_pika.connect(str(node), **options)
            return connection
    raise AssertionError("an address without a node")


def blocking(url: str) -> pika.BlockingConnection:
    """A connection of pika."""
    return pika.BlockingConnection([pika.URLParameters(str(node)) for node in read(url)])
