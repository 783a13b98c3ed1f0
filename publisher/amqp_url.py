"""The broker's address: read so that a mistake in it is told without its password."""

from yarl import URL

from publisher.errors import SettingsError
from publisher.settings import BrokerSettings

DEFAULT_PORTS = {"amqp": 5672, "amqps": 5671}


def read(settings: BrokerSettings) -> URL:
    """`AMQP_URL` as a URL; raises `SettingsError`, which repeats nothing of it, for one that is none."""
    try:
        url = URL(settings.amqp_url.get_secret_value())
    except ValueError:
        url = URL()
    # A password with a raw / or # ends up in the path or the fragment, and an @ with it.
    if url.scheme not in DEFAULT_PORTS or not url.host or "@" in url.path_qs + url.fragment:
        raise SettingsError(
            "AMQP_URL: not an address of RabbitMQ. It takes amqp://user:password@host:port/vhost or "
            "amqps://…; write special characters of user and password as %XX, a slash as %2F."
        )
    return url


def shown(settings: BrokerSettings) -> str:
    """The address as it may be shown: without user, password and options."""
    url = read(settings)
    return f"{url.scheme}://{url.host}:{url.port or DEFAULT_PORTS[url.scheme]}{url.path}"
