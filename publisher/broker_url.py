"""`AMQP_URL`, read: where RabbitMQ is, one address for each node of a cluster."""

import re
from typing import NoReturn

from yarl import URL

from voyage.errors import SettingsError
from voyage.runtime.addresses import is_host, shown

DEFAULT_PORTS = {"amqp": 5672, "amqps": 5671}
DEFAULT_USER = "guest"
# aio-pika would take some of the TLS options, ignore others (`ca_certs`), and trust anybody on one.
_TLS_OPTIONS = {"ca_certs", "cadata", "cafile", "capath", "certfile", "keyfile", "no_verify_ssl"}
_TLS_OPTIONS |= {
    "cacertfile",
    "verify",
    "fail_if_no_peer_cert",
    "server_name_indication",
}  # RabbitMQ's own names
_MECHANISMS = {"plain", "external"}
_NEXT = re.compile(r";(?=amqps?://)")
_PARTS = re.compile(r"(?P<before>[^:/?#]+://(?:[^/?#]*@)?)(?P<hosts>[^/?#@]*)(?P<after>.*)", re.DOTALL)


def read(text: str) -> tuple[URL, ...]:
    """The address of each node; they differ in nothing but host and port.

    A cluster is `amqp://user:password@host,host:port/vhost`, or whole addresses with `;` between them, as
    Celery takes them. Raises `SettingsError`, which repeats nothing of it, as there is a password in it.
    """
    nodes = tuple(_usable(node) for address in _NEXT.split(text) for node in _nodes(address))
    for node in nodes:
        _require_usable_options(node)
    if len({node.with_host("node").with_port(None) for node in nodes}) > 1:
        raise SettingsError(
            "AMQP_URL: addresses of more than one RabbitMQ. It takes those of the nodes of one cluster, "
            "which differ in host and port alone."
        )
    return nodes


def shown_address(nodes: tuple[URL, ...]) -> str:
    """The nodes' address as it may be shown: without user, password and options."""
    first = nodes[0]
    return f"{first.scheme}://{','.join(map(shown_node, nodes))}{first.path}"


def is_external(node: URL) -> bool:
    """Whether the login is by certificate, so that the URL names no user."""
    return node.query.get("auth", "plain").lower() == "external"


def shown_node(node: URL) -> str:
    """Host and port of one node."""
    return shown(node.host or "", node.port or DEFAULT_PORTS[node.scheme])


def _nodes(address: str) -> list[str]:
    parts = _PARTS.fullmatch(address)
    if not parts:
        return [address]
    return [f"{parts['before']}{host}{parts['after']}" for host in parts["hosts"].split(",")]


def _usable(address: str) -> URL:
    try:
        url = URL(address)
        is_usable = url.scheme in DEFAULT_PORTS and is_host(url.host or "") and url.port != 0
    except ValueError:
        url, is_usable = URL(), False
    # A password with a raw / or # ends up in the path or the fragment, and an @ with it.
    if not is_usable or "@" in url.path_qs + url.fragment or not address.isprintable() or " " in address:
        _refuse()
    return url


def _require_usable_options(node: URL) -> None:
    """Raise `SettingsError` for an option that would have no effect, or not the one that is meant."""
    options = set(node.query)
    if tls := sorted(options & _TLS_OPTIONS):
        raise SettingsError(
            f"AMQP_URL: {', '.join(tls)} can't be set in the URL. "
            "Use VOYAGE_AMQP_CA, VOYAGE_AMQP_CERTIFICATE and VOYAGE_AMQP_KEY."
        )
    if "heartbeat" in options:
        raise SettingsError("AMQP_URL: heartbeat can't be set in the URL. Use VOYAGE_SILENCE_TIMEOUT.")
    if options - {"auth"}:
        raise SettingsError(
            "AMQP_URL: has an option without effect. Of those after a ?, it takes auth alone."
        )
    if node.query.get("auth", "plain").lower() not in _MECHANISMS:
        raise SettingsError("AMQP_URL: auth takes plain or external.")


def _refuse() -> NoReturn:
    raise SettingsError(
        "AMQP_URL: not an address of RabbitMQ. It takes amqp://user:password@host:port/vhost or amqps://…, "
        "and a comma between the hosts of a cluster; write special characters of user and password as %XX, "
        "a slash as %2F."
    )
