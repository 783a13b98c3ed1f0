"""A process that may open no more files says so; no server is blamed for it."""

import errno
from collections.abc import Callable

import httpx
import pytest
from aio_pika.exceptions import AMQPConnectionError

from publisher.amqp.broker_failure import broker_error
from publisher.errors import BrokerUnreachableError
from publisher.settings import BrokerSettings
from voyage.runtime.system_errors import lacks_descriptors, reason_of

FULL = OSError(errno.EMFILE, "Too many open files")


def caused(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "failure",
    [
        FULL,
        AMQPConnectionError(24, "Too many open files"),
        caused(httpx.ConnectError("All connection attempts failed"), FULL),
        caused(httpx.ConnectError("x"), ExceptionGroup("x", [ValueError("y"), FULL])),
        RuntimeError("Failed client connect: transport error: Too many open files (os error 24)"),
    ],
)
def test_what_lacks_descriptors(failure: Exception) -> None:
    assert lacks_descriptors(failure)


@pytest.mark.parametrize("failure", [ConnectionRefusedError(errno.ECONNREFUSED, "no"), ValueError("x")])
def test_what_does_not(failure: Exception) -> None:
    assert not lacks_descriptors(failure)


def test_a_broker_is_not_blamed_for_it() -> None:
    told = broker_error(BrokerSettings(), AMQPConnectionError(*FULL.args))

    assert isinstance(told, BrokerUnreachableError)  # so that it is waited for
    assert "Too many open files" in str(told)
    assert "ulimit -n" in str(told)
    assert "Start it" not in str(told)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: AMQPConnectionError(111, "Connect call failed ('::1', 5, 0, 0)"), "Connection refused"),
        (
            lambda: OSError(
                "Multiple exceptions: [Errno 111] Connect call failed ('::1', 5, 0, 0), "
                "[Errno 111] Connect call failed ('127.0.0.1', 5)"
            ),
            "Connection refused",
        ),
        (lambda: AMQPConnectionError(-2, "Name or service not known"), "Name or service not known"),
        (lambda: ValueError("what\nelse"), "what"),
        (TimeoutError, "no answer in time"),
        (
            lambda: AMQPConnectionError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)"),
            "what answers there doesn't speak TLS",
        ),
        (
            lambda: OSError(1, "[SSL: TLSV1_ALERT_PROTOCOL_VERSION] x (_ssl.c:1)"),
            "tlsv1 alert protocol version",
        ),
    ],
)
def test_a_reason_has_no_address_in_pythons_notation(make: Callable[[], Exception], said: str) -> None:
    assert reason_of(make()) == said
