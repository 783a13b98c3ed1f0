"""Policies that take messages from our queues. AMQP doesn't show them; RabbitMQ's management API does."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from aio_pika.abc import AbstractConnection
from aiohttp import ClientError, ClientResponseError, ClientSession, ClientTimeout, encode_basic_auth
from yarl import URL

from consumer.settings import ConsumerSettings
from publisher.amqp import tls
from publisher.amqp.connection import connected
from publisher.amqp.topology import Queue, queues
from publisher.broker_url import DEFAULT_PORTS
from voyage.runtime.check_results import CheckResult, CheckState

_TIMEOUT = ClientTimeout(total=5)
_DOORS = {"amqp": ("http", 15672), "amqps": ("https", 15671)}
_APPLIED_TO = ("queues", "quorum_queues", "all")
_LIMIT, _NO_LIMIT = "delivery-limit", -1
TAKING = ("message-ttl", "expires", "max-length", "max-length-bytes")
"""What takes messages out of any queue, refuses them or deletes the queue with them."""


async def check(name: str, connection: AbstractConnection, settings: ConsumerSettings) -> CheckResult:
    """Whether policies and operator policies leave our queues alone; unknown, if nobody tells."""
    host = _virtual_host(settings)
    listed = f"rabbitmqctl list_policies --vhost {host}; rabbitmqctl list_operator_policies --vhost {host}"
    door = _management_url(settings)
    if door is None:
        return CheckResult(
            name, CheckState.UNKNOWN, "AMQP doesn't tell", f"{listed}, or VOYAGE_MANAGEMENT_URL"
        )
    try:
        found = await _taking(door, connection, settings)
    except (ClientError, TimeoutError, ValueError, LookupError) as failure:
        status = failure.status if isinstance(failure, ClientResponseError) else ""
        why = f"the management API doesn't tell ({status or str(failure) or type(failure).__name__})"
        return CheckResult(name, CheckState.UNKNOWN, why, listed)
    if not found:
        return CheckResult(name, CheckState.OK, "none that takes messages from our queues")
    to_do = f"They take messages from our queues. Leave these out of their patterns: {listed}"
    return CheckResult(name, CheckState.FAILED, "; ".join(found), to_do)


async def check_at_start(name: str, settings: ConsumerSettings) -> CheckResult:
    """The same, on a connection of its own."""
    async with connected(settings) as connection:
        return await check(name, connection, settings)


def _virtual_host(settings: ConsumerSettings) -> str:
    return settings.url.path.removeprefix("/") or "/"


def _management_url(settings: ConsumerSettings) -> URL | None:
    """What is set; else the usual port beside RabbitMQ's usual one, where the password goes anyway."""
    amqp = settings.url
    if settings.management_url:
        door = URL(settings.management_url.get_secret_value())
        return door if door.user else door.with_user(amqp.user).with_password(amqp.password)
    if (amqp.port or DEFAULT_PORTS[amqp.scheme]) != DEFAULT_PORTS[amqp.scheme]:
        return None
    scheme, port = _DOORS[amqp.scheme]
    user, password = amqp.user or "guest", amqp.password or "guest"
    return URL.build(scheme=scheme, host=amqp.host or "", port=port, user=user, password=password)


async def _taking(door: URL, connection: AbstractConnection, settings: ConsumerSettings) -> list[str]:
    """Each policy that takes messages from a queue of ours, in words."""
    login = {"Authorization": encode_basic_auth(door.user or "", door.password or "")}
    host = quote(_virtual_host(settings), safe="")
    context = tls.ssl_context(settings)
    async with ClientSession(headers=login, timeout=_TIMEOUT, raise_for_status=True) as session:

        async def get(path: str) -> Any:
            url = URL(f"{str(door.with_user(None)).rstrip('/')}/api/{path}", encoded=True)
            async with session.get(url, ssl=context or True) as answer:
                return await answer.json()

        cluster = (await get("overview"))["cluster_name"]
        if cluster != _cluster_name(connection):
            raise LookupError(f"it is that of another RabbitMQ, {cluster}")
        ours = [("policy", await get(f"policies/{host}"))]
        ours.append(("operator policy", await get(f"operator-policies/{host}")))
    return [
        f"{kind} {policy['name']} on {queue.name}: {taken}"
        for queue in queues(settings)
        for kind, listed in ours
        if (policy := _applied(listed, queue)) and (taken := _taken(policy["definition"], queue))
    ]


def _cluster_name(connection: AbstractConnection) -> object:
    transport = connection.transport
    name = transport.connection.server_properties.get("cluster_name") if transport else None
    return name.decode() if isinstance(name, bytes) else name


def _applied(listed: Iterable[Mapping[str, Any]], queue: Queue) -> Mapping[str, Any] | None:
    """The one with the highest priority whose pattern fits; RabbitMQ applies no other of its kind."""
    fitting = [
        one for one in listed if one["apply-to"] in _APPLIED_TO and re.search(one["pattern"], queue.name)
    ]
    return max(fitting, key=lambda one: one["priority"], default=None)


def _taken(definition: Mapping[str, Any], queue: Queue) -> str:
    keys = [key for key in TAKING if key in definition]
    if 0 <= definition.get(_LIMIT, _NO_LIMIT) < queue.arguments["x-delivery-limit"]:
        keys.append(_LIMIT)
    if "dead-letter-exchange" in definition and "x-dead-letter-exchange" not in queue.arguments:
        keys.append("dead-letter-exchange")
    if keys and "overflow" in definition:
        keys.append("overflow")
    return ", ".join(f"{key}={definition[key]}" for key in keys)
