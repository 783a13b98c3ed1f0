"""Where the broker is and what its queues are called, read from the environment."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field, FilePath, SecretStr
from pydantic_settings import SettingsConfigDict
from yarl import URL

from publisher import broker_url
from voyage.errors import SettingsError
from voyage.runtime.settings import ConnectionSettings, PositiveSeconds, Utf8
from voyage.trips import booking_ids
from voyage.trips.loading import TripSettings

LONGEST_NAME = 255  # bytes, by AMQP
REPLY_SUFFIX = 33  # bytes that a client's own reply queue has beyond the results queue


def _at_most(longest: int) -> Callable[[str], str]:
    def check(name: str) -> str:
        if len(name.encode()) > longest:
            raise ValueError(f"takes at most {longest} bytes")
        return name

    return check


def _queue(name: str) -> str:
    if not name or name.startswith("amq."):
        raise ValueError("takes a name that is not empty and doesn't begin with amq., as RabbitMQ's own do")
    return name


def _broker(address: SecretStr) -> SecretStr:
    broker_url.read(address.get_secret_value())
    return address


QueueName = Annotated[str, Utf8, AfterValidator(_queue), AfterValidator(_at_most(LONGEST_NAME))]
LONG = ".long"
WaitingQueueName = Annotated[QueueName, AfterValidator(_at_most(LONGEST_NAME - len(LONG)))]
ResultsQueueName = Annotated[QueueName, AfterValidator(_at_most(LONGEST_NAME - REPLY_SUFFIX))]
ExchangeName = Annotated[str, Utf8, AfterValidator(_at_most(LONGEST_NAME))]


class BrokerSettings(ConnectionSettings, TripSettings):
    """The broker's address and the names of the contract's queues; every name is a setting."""

    model_config = SettingsConfigDict(
        env_prefix="VOYAGE_", frozen=True, populate_by_name=True, use_attribute_docstrings=True
    )

    amqp_url: Annotated[SecretStr, AfterValidator(_broker)] = Field(
        default=SecretStr("amqp://guest:guest@localhost:5672/"), validation_alias="AMQP_URL"
    )
    """Where RabbitMQ is, with user and password; a comma between the hosts of a cluster."""
    amqp_user: Annotated[str, Utf8, AfterValidator(_at_most(LONGEST_NAME))] | None = None
    """The user as RabbitMQ knows it, for messages' `user_id`, if it isn't the one in `AMQP_URL` (a login by
    certificate or token); empty: they have none."""
    amqp_ca: FilePath | None = None
    """The certificates to trust with `amqps://`, PEM, instead of the system's."""
    amqp_certificate: FilePath | None = None
    """The certificate to show to RabbitMQ, PEM."""
    amqp_key: FilePath | None = None
    """Its private key, not encrypted, if it isn't in the same file."""
    requests_queue: QueueName = "booking.requests"
    """Booking requests."""
    control_queue: QueueName = "booking.control"
    """Cancel and status messages."""
    results_queue: ResultsQueueName = "booking.results"
    """Results of requests that name no `reply_to`; also the prefix of the reply queues a client may name."""
    undelivered_queue: QueueName = "booking.requests.undelivered"
    """Requests that expired or reached the delivery limit, until they are answered and dead-lettered."""
    waiting_queue: WaitingQueueName = "booking.requests.waiting"
    """Requests beyond the quota of their owner, where they may wait; with `.long`, of owners with many."""
    dead_queue: QueueName = "booking.requests.dead"
    """Messages that can never become a booking."""
    parked_queue: QueueName = "booking.results.parked"
    """Results whose `reply_to` no longer exists, or that no reader can deal with."""
    reply_exchange: ExchangeName = ""
    """A direct exchange, bound to the contract's queues, through which the consumer publishes everything."""
    request_exchange: ExchangeName = ""
    """A direct exchange, bound to the queues of requests and control messages alone, through which clients
    publish those; for users who may not write to the default one, from where every queue can be reached."""
    owners: bool = False
    """Whether a booking belongs to the RabbitMQ user who asks for it; the same for consumers, clients and
    console."""
    operators: Annotated[str, Utf8] = ""
    """With owners, the RabbitMQ users who may act for others, with commas: those of consumers, console and
    people."""
    publish_timeout: PositiveSeconds = 30.0
    """Seconds to wait for RabbitMQ to confirm a message, reconnecting included."""

    def require_for_results(self, queue: str) -> None:
        """Raise `SettingsError` for a queue of ours that holds other messages than results."""
        requests = {self.requests_queue, self.undelivered_queue, *self.waiting_queues, self.dead_queue}
        if queue in {*requests, self.control_queue}:
            raise SettingsError(f"{queue!r} holds no results. Name another, or none: {self.results_queue}.")

    @property
    def waiting_queues(self) -> tuple[str, str]:
        """Where requests beyond a quota wait, and where those do of an owner who has many there."""
        return self.waiting_queue, f"{self.waiting_queue}{LONG}"

    @property
    def user(self) -> str | None:
        """Whom RabbitMQ takes us for, as far as our settings tell; it refuses a `user_id` that is another."""
        if self.amqp_user is not None:
            return self.amqp_user or None
        return None if broker_url.is_external(self.url) else self.url.user or broker_url.DEFAULT_USER

    @property
    def routes(self) -> dict[str, str]:
        """By a message's queue, the exchange through which a client publishes it; else the default one."""
        exchange = self.request_exchange
        return dict.fromkeys((self.requests_queue, self.control_queue), exchange) if exchange else {}

    @property
    def operator_names(self) -> frozenset[str]:
        """The names in `operators`."""
        return frozenset(filter(None, map(str.strip, self.operators.split(","))))

    def results_of(self, owner: str | None) -> str:
        """The results of this owner's requests that name no `reply_to`; None: of bookings without owner."""
        return f"{self.results_queue}.{owner}.default" if owner else self.results_queue

    @property
    def own_results_queue(self) -> str:
        """The results of our requests that name no `reply_to`."""
        return self.results_of(self.own_id)

    @property
    def own_reply_queues(self) -> str:
        """How the names of our reply queues begin."""
        return f"{self.results_queue}.{self.own_id}." if self.own_id else f"{self.results_queue}."

    @property
    def own_id(self) -> str | None:
        """Whose our bookings are; None where they have no owners."""
        return booking_ids.owner_id(self.user) if self.owners and self.user else None

    @property
    def nodes(self) -> tuple[URL, ...]:
        """The address of each node in `AMQP_URL`; raises `SettingsError`, which repeats nothing of it."""
        return broker_url.read(self.amqp_url.get_secret_value())

    @property
    def url(self) -> URL:
        """The address of the first node: what is the same for all stands there too."""
        return self.nodes[0]

    @property
    def shown_address(self) -> str:
        """The broker's address as it may be shown: without user, password and options."""
        return broker_url.shown_address(self.nodes)
