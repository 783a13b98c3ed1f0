"""The consumer's settings, read from the environment (`AMQP_URL`, `VOYAGE_*`)."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from yarl import URL

from consumer import quotas
from consumer.quotas import LEAST_RATE, MOST, MOST_HELD, Quota
from publisher.settings import BrokerSettings
from saga.models import BookingPolicy
from saga.settings import TASK_QUEUE, TaskQueue
from voyage.errors import SettingsError
from voyage.runtime.settings import DAY, Count, Period, PositiveSeconds, RuntimeSettings, Seconds, Utf8
from voyage.trips.leg import FAST, LONGEST_FAST


def _http(address: SecretStr) -> SecretStr:
    try:
        url = URL(address.get_secret_value())
    except ValueError:
        url = URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("takes an address such as http://user:password@host:15672")
    return address


def _quotas(text: str) -> str:
    quotas.read(text)
    return text


ManagementUrl = Annotated[SecretStr, AfterValidator(_http)]


class ConsumerSettings(BrokerSettings, RuntimeSettings):
    """What can be set for `voyage-consumer`, beside the broker's names and Temporal's own environment."""

    prefetch: int = Field(default=100, ge=1, le=10_000)
    """How many requests one consumer has in flight at a time."""
    with_worker: bool = False
    """Whether this process is the worker as well, which saves the server work; as `--with-worker`."""
    management_url: ManagementUrl | None = None
    """Where RabbitMQ's management API tells of policies, by default with the user of `AMQP_URL`. Unset: at
    its usual port beside RabbitMQ, if that is at its own."""
    drain_timeout: Seconds = 20.0
    """Seconds for which a consumer that is told to stop lets requests and results in flight finish."""
    task_queue: TaskQueue = TASK_QUEUE
    """The task queue on which bookings are started."""
    reply_task_queue: TaskQueue = "booking-replies"
    """The task queue on which this process publishes results."""
    retry_interval: PositiveSeconds = BookingPolicy.retry_interval
    """Seconds before the second try of a leg or an undo; they double from there."""
    retry_interval_limit: PositiveSeconds = BookingPolicy.retry_interval_limit
    """The most seconds between two tries."""
    try_timeout: PositiveSeconds = BookingPolicy.try_timeout
    """Seconds that one try of a leg or an undo may take."""
    heartbeat_timeout: PositiveSeconds = BookingPolicy.heartbeat_timeout
    """Seconds without a sign of life after which a try counts as lost with its worker."""
    undo_attempts: Count = BookingPolicy.undo_attempts
    """Tries per undo, the first included."""
    fast_legs: float = Field(FAST, ge=0, le=LONGEST_FAST, allow_inf_nan=False)
    """Seconds that first tries may take in the worker itself, without the server; 0 for none. A cancel may
    wait so long."""
    undo_budget: Seconds = BookingPolicy.undo_budget
    """Seconds before its deadline at which a booking stops, to undo in time."""

    duplicate_window: Period = DAY
    """Seconds after its end for which a repeat must be recognised; see `voyage-consumer doctor`."""
    early_cancel_lifetime: Period = DAY
    """Seconds for which a cancel waits for a request that it has overtaken."""
    unowned_bookings: Literal["operators", "everybody"] = "operators"
    """With owners, who may reach the bookings from before there were any. `everybody` is for the time of
    their retention, so that a request that is sent again books nothing twice."""
    quota_rate: Annotated[float, Field(ge=LEAST_RATE, le=MOST, allow_inf_nan=False)] | None = None
    """With owners, requests a second that each may send, on average over ten seconds, however many consumers
    there are. Unset: any number."""
    quota_open: Count | None = None
    """With owners, bookings of each that may be open, as Temporal's list shows them. Unset: any number."""
    quotas: Annotated[str, Utf8, AfterValidator(_quotas)] = ""
    """Other quotas for some users, with commas: `batch=2/100,partner=50/-` for requests a second and open
    bookings, and `-` for any number."""
    over_quota: Literal["wait", "refuse"] = "wait"
    """What becomes of requests beyond a quota: they wait in queues of their own, or are rejected."""
    reconciliation_interval: float = Field(default=15.0, ge=1, le=30, allow_inf_nan=False)
    """Seconds between two searches for bookings that were stopped from outside."""
    circuit_breaker_threshold: Count = 3
    """How many calls to Temporal in a row must fail before consuming pauses."""
    probe_interval: PositiveSeconds = 2.0
    """Seconds between two probes with one message while consuming pauses."""

    @property
    def consumed_queues(self) -> tuple[str, ...]:
        """The queues from which the consumer takes messages."""
        waiting = self.waiting_queues if self.owners else ()
        return (self.requests_queue, self.control_queue, self.undelivered_queue, *waiting)

    def prefetch_of(self, queue: str) -> int:
        """How many messages of this queue one consumer takes before it has settled the first."""
        return MOST_HELD if queue in self.waiting_queues else self.prefetch

    def drain_timeout_of(self, queue: str) -> float:
        """Seconds for which a consumer that stops lets what it has of a queue finish; none for what waits."""
        return 0.0 if queue in self.waiting_queues else self.drain_timeout

    @property
    def counts_open(self) -> bool:
        """Whether Temporal is asked how many bookings an owner has open."""
        return any(quota.open is not None for quota in (self._everybodys_quota, *self._quotas.values()))

    def quota_of(self, owner: str) -> Quota:
        """What the owner with this id may have."""
        return self._quotas.get(owner, self._everybodys_quota)

    @property
    def told_quotas(self) -> str:
        """What everybody may have, and who else what; empty if nobody is held to anything."""
        others = (f"{owner}: {quota}" for owner, quota in self._quotas.items())
        told = ", ".join((f"everybody: {self._everybodys_quota}", *others))
        return told if self._has_quotas else ""

    def require_owners_for_quotas(self) -> None:
        """Raise `SettingsError` for quotas of owners where bookings have none."""
        if self._has_quotas and not self.owners:
            raise SettingsError("VOYAGE_QUOTA_RATE, _OPEN and VOYAGE_QUOTAS need VOYAGE_OWNERS=true")

    @property
    def _has_quotas(self) -> bool:
        return any(quota.limits for quota in (self._everybodys_quota, *self._quotas.values()))

    @property
    def _everybodys_quota(self) -> Quota:
        return Quota(rate=self.quota_rate, open=self.quota_open)

    @property
    def _quotas(self) -> Mapping[str, Quota]:
        return quotas.read(self.quotas)

    @property
    def policy(self) -> BookingPolicy:
        """The part of the settings that travels with each booking."""
        return BookingPolicy(
            try_timeout=self.try_timeout,
            heartbeat_timeout=self.heartbeat_timeout,
            retry_interval=self.retry_interval,
            retry_interval_limit=self.retry_interval_limit,
            undo_attempts=self.undo_attempts,
            undo_budget=self.undo_budget,
            fast_legs=self.fast_legs,
        )
