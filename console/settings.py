"""The console's settings, read from the environment (`VOYAGE_*`)."""

from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field, FilePath
from pydantic_settings import SettingsConfigDict

from consumer.settings import ConsumerSettings
from voyage.runtime.addresses import is_http_url
from voyage.runtime.settings import Host, Utf8

PORT = 8090


def words(text: str) -> tuple[str, ...]:
    """The parts of a list with commas, without blanks around them."""
    return tuple(filter(None, map(str.strip, text.split(","))))


def _header(text: str) -> str:
    if not all(one.isascii() and (one.isalnum() or one == "-") for one in text):
        raise ValueError("takes the name of an HTTP header, such as X-Forwarded-User")
    return text


def _addresses(text: str) -> str:
    for one in words(text):
        try:
            ip_address(one)
        except ValueError:
            raise ValueError("takes addresses with commas between them, such as 10.0.0.7") from None
    return text


def _urls(text: str) -> str:
    if not all(map(is_http_url, words(text))):
        raise ValueError("takes http:// or https:// addresses, with commas between them")
    return text


class ConsoleSettings(ConsumerSettings):
    """What can be set for `voyage-console`, besides what it shares with `voyage-consumer`."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    console_host: Host = "127.0.0.1"
    """The address to listen on; one that is not loopback needs users, by either way below."""
    console_port: int = Field(default=PORT, ge=0, le=65535)
    """The port to listen on; 0 takes a free one and logs it."""
    console_users: FilePath | None = None
    """A file with a line for each user, as `voyage-console password` prints it; read anew when it changes."""
    console_user_header: Annotated[str, Utf8, AfterValidator(_header)] = ""
    """The header in which a proxy that you trust names the user, such as `X-Forwarded-User`."""
    console_proxies: Annotated[str, Utf8, AfterValidator(_addresses)] = "127.0.0.1,::1"
    """The addresses of that proxy, with commas; whoever else calls is refused."""
    console_actors: Annotated[str, Utf8] = ""
    """The users of that header who may act, with commas, `*` for all; the others may look."""
    console_temporal_ui: Annotated[str, Utf8, AfterValidator(_urls)] = ""
    """Where people reach Temporal's UI, such as `http://localhost:8233`, for a link beside each booking."""
    console_services: Annotated[str, Utf8, AfterValidator(_urls)] = ""
    """The `/readyz` of consumers and workers, with commas: whether each is ready, and why not."""

    @property
    def actors(self) -> frozenset[str]:
        """The names in `console_actors`."""
        return frozenset(words(self.console_actors))

    @property
    def proxies(self) -> frozenset[str]:
        """The addresses in `console_proxies`, as they are written shortest."""
        return frozenset(str(ip_address(one)) for one in words(self.console_proxies))

    @property
    def services(self) -> tuple[str, ...]:
        """The addresses in `console_services`."""
        return words(self.console_services)
