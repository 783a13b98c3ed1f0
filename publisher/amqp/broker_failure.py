"""What a failure to connect to RabbitMQ means, and what to do; aiormq hides some of it."""

from collections.abc import Iterator

from aio_pika.exceptions import ProtocolSyntaxError
from aiormq.exceptions import ProbableAuthenticationError
from pamqp import commands

from publisher.amqp import tls
from publisher.errors import BrokerError, BrokerLoginError, BrokerUnreachableError
from publisher.settings import BrokerSettings
from voyage.runtime.system_errors import causes, lacks_descriptors, no_descriptors, reason_of

_FRAME_TYPES = {1, 2, 3, 8}
_TLS_TYPES = {20, 21, 22}
_HIDDEN_IN = {"_rpc", "get_frame"}
"""aiormq's functions that have in a variable what their exceptions don't tell."""


def broker_error(settings: BrokerSettings, failure: Exception) -> BrokerError:
    """Say which broker, without its password, why not, and what to do."""
    where = settings.shown_address
    if certificate := tls.certificate_error(where, failure):
        return certificate
    if isinstance(failure, ProbableAuthenticationError):
        return BrokerLoginError(
            f"RabbitMQ at {where} refuses the login. Correct user and password in AMQP_URL; "
            "guest is let in from the broker's own machine only."
        )
    if lacks_descriptors(failure):
        return BrokerUnreachableError(no_descriptors(f"a connection to RabbitMQ at {where}"))
    reason, advice = _refusal(failure) or (reason_of(failure), "Start it, or set AMQP_URL to yours.")
    return BrokerUnreachableError(f"RabbitMQ at {where} can't be used ({reason}). {advice}")


def _refusal(failure: Exception) -> tuple[str, str] | None:
    """Why, and what to do, if something answered there that doesn't let us in."""
    for name, value in _hidden(failure):
        if name == "frame" and isinstance(value, commands.Connection.Close):
            return (
                f"it says: {value.reply_text}",
                "Correct AMQP_URL, or its virtual hosts, permissions or limits.",
            )
        if name == "frame_type" and value in _TLS_TYPES:
            return "TLS is spoken there", "Begin AMQP_URL with amqps://."
        if name == "frame_type" and value not in _FRAME_TYPES:
            return "what answers there is no RabbitMQ", "Correct host and port in AMQP_URL."
    if isinstance(failure, ProtocolSyntaxError):
        return "what answers there does not speak AMQP 0-9-1", "Correct host and port in AMQP_URL."
    return None


def _hidden(failure: Exception) -> Iterator[tuple[str, object]]:
    for cause in causes(failure):
        trace = cause.__traceback__
        while trace:
            if trace.tb_frame.f_code.co_name in _HIDDEN_IN:
                yield from trace.tb_frame.f_locals.items()
            trace = trace.tb_next
