"""Every name that begins with VOYAGE_: a mistyped one must not be a setting that is silently not made.

The names are written out, as the light client has to know those of the services too, without their libraries;
a test holds them to the classes that read them. Only commands check: an application that uses
`publisher.Client` may have variables of its own.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches

from voyage.errors import SettingsError
from voyage.runtime.settings import load_settings
from voyage.trips.loading import TripSettings

PREFIX = "VOYAGE_"
_NAMES = """
    AMQP_URL AMQP_USER AMQP_CA AMQP_CERTIFICATE AMQP_KEY PUBLISH_TIMEOUT REPLY_EXCHANGE
    REQUEST_EXCHANGE OWNERS OPERATORS UNOWNED_BOOKINGS QUOTA_RATE QUOTA_OPEN QUOTAS OVER_QUOTA
    REQUESTS_QUEUE CONTROL_QUEUE RESULTS_QUEUE UNDELIVERED_QUEUE WAITING_QUEUE DEAD_QUEUE PARKED_QUEUE
    MANAGEMENT_URL PREFETCH WITH_WORKER DRAIN_TIMEOUT TASK_QUEUE REPLY_TASK_QUEUE
    RETRY_INTERVAL RETRY_INTERVAL_LIMIT TRY_TIMEOUT HEARTBEAT_TIMEOUT UNDO_ATTEMPTS UNDO_BUDGET FAST_LEGS
    DUPLICATE_WINDOW EARLY_CANCEL_LIFETIME RECONCILIATION_INTERVAL CIRCUIT_BREAKER_THRESHOLD PROBE_INTERVAL
    MAX_CONCURRENT_ACTIVITIES SHUTDOWN_GRACE SANDBOXED
    ENCRYPTION_KEYS ENCRYPTION_KEYS_FILE ENCRYPTION_KEY CODEC_HOST CODEC_PORT CODEC_ORIGIN
    LOG_FORMAT LOG_LEVEL HEALTH_PORT HEALTH_HOST HEALTH_CHECK_INTERVAL RECOVER_AFTER GIVE_UP_AFTER
    POLLER_TIMEOUT SILENCE_TIMEOUT TRIP SUPPLIERS
    CONSOLE_HOST CONSOLE_PORT CONSOLE_USERS CONSOLE_USER_HEADER CONSOLE_PROXIES CONSOLE_ACTORS
    CONSOLE_TEMPORAL_UI CONSOLE_SERVICES
"""
_OF_A_SUPPLIER = """
    URL PLUGIN AUTHORIZATION TELL_OWNER CA CERTIFICATE KEY TIMEOUT CONNECT_TIMEOUT CONNECTIONS POOL_TIMEOUT
    RETRY_AFTER_LIMIT RESPONSE_LIMIT THREADS
"""
NAMES = frozenset(f"{PREFIX}{name}" for name in _NAMES.split())
OF_A_SUPPLIER = tuple(_OF_A_SUPPLIER.split())
_COMPOSED_USERS = ("ADMIN", "CLIENT", "PARTNER", "CONSOLE", "CONSUMER")
_COMPOSED = ("IMAGE", *(f"{user}_PASSWORD" for user in _COMPOSED_USERS))
_COMPOSED_CLUSTERS = ("ERLANG_COOKIE", "TEMPORAL_DB_PASSWORD")
OF_COMPOSE = frozenset(f"{PREFIX}{name}" for name in (*_COMPOSED, *_COMPOSED_CLUSTERS))
"""What `docker compose` reads itself; they may be set in the shell in which a command of ours is typed."""
_MOST_NAMED = 5


def known_variables() -> frozenset[str]:
    """All of them; raises `SettingsError` if VOYAGE_TRIP names no trip."""
    legs = load_settings(TripSettings).trip.declared_legs
    suppliers = {f"{PREFIX}{leg.upper()}_SUPPLIER" for leg in legs}
    of_suppliers = (f"{supplier}_{name}" for supplier in suppliers for name in OF_A_SUPPLIER)
    return NAMES | OF_COMPOSE | suppliers | frozenset(of_suppliers)


def check_variables(environment: Mapping[str, str]) -> None:
    """Raise `SettingsError` for names that nothing of ours reads, with the names that were perhaps meant."""
    known = known_variables()
    given = {name.upper(): name for name in environment if name.upper().startswith(PREFIX)}
    services = _services_of_kubernetes(given)
    unknown = sorted(
        name for upper, name in given.items() if upper not in known and not _is_of(services, upper)
    )
    if unknown:
        told = " ".join(_complaint(name, known) for name in unknown[:_MOST_NAMED])
        more = f" And {len(unknown) - _MOST_NAMED} more." if len(unknown) > _MOST_NAMED else ""
        raise SettingsError(f"{told}{more} Correct or unset it.")


def _complaint(name: str, known: frozenset[str]) -> str:
    [*meant] = get_close_matches(name.upper(), known, n=1)
    return f"{name}: no setting has this name." + (f" Did you mean {meant[0]}?" if meant else "")


def _services_of_kubernetes(given: Mapping[str, str]) -> tuple[str, ...]:
    """The services in whose name Kubernetes sets variables in every pod, such as VOYAGE_CONSUMER_PORT."""
    end = "_SERVICE_HOST"
    return tuple(name.removesuffix(end) for name in given if name.endswith(end))


def _is_of(services: tuple[str, ...], name: str) -> bool:
    of_a_service = r"_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)"
    return any(re.fullmatch(re.escape(service) + of_a_service, name) for service in services)
