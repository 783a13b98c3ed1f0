"""Where the broker is and what its queues are called, read from the environment."""

from typing import TypeVar

from pydantic import Field, FilePath, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from publisher.errors import SettingsError

Settings = TypeVar("Settings", bound=BaseSettings)


class BrokerSettings(BaseSettings):
    """The broker's address and the names of the contract's queues; every name is a setting."""

    model_config = SettingsConfigDict(
        env_prefix="VOYAGE_", frozen=True, populate_by_name=True, use_attribute_docstrings=True
    )

    amqp_url: SecretStr = Field(SecretStr("amqp://guest:guest@localhost:5672/"), validation_alias="AMQP_URL")
    """Where RabbitMQ is, with user and password."""
    amqp_ca: FilePath | None = None
    """The certificates to trust with `amqps://`, PEM, instead of the system's."""
    amqp_certificate: FilePath | None = None
    """The certificate to show to RabbitMQ, PEM."""
    amqp_key: FilePath | None = None
    """Its private key, not encrypted, if it isn't in the same file."""
    requests_queue: str = "booking.requests"
    """Booking requests."""
    control_queue: str = "booking.control"
    """Cancel and status messages."""
    results_queue: str = "booking.results"
    """Results of requests that name no `reply_to`; also the prefix of the reply queues a client may name."""
    dead_queue: str = "booking.requests.dead"
    """Messages that can never become a booking."""
    parked_queue: str = "booking.results.parked"
    """Results whose `reply_to` no longer exists."""
    reply_exchange: str = ""
    """A direct exchange, bound to the contract's queues, through which the consumer publishes everything."""
    publish_timeout: float = Field(30.0, gt=0)
    """Seconds to wait for RabbitMQ to confirm a message, reconnecting included."""


def load(kind: type[Settings]) -> Settings:
    """Read settings; raises `SettingsError`, which names the variable, for one that can't be used."""
    try:
        return kind()
    except ValidationError as invalid:
        first = invalid.errors(include_input=False)[0]
        name = str(first["loc"][0]).upper()
        prefix = "" if name == "AMQP_URL" else "VOYAGE_"
        raise SettingsError(f"{prefix}{name}: {first['msg']}. Correct it, or unset it.") from None
