"""A server that is away is told of in few lines, whoever logs them, and its return in one."""

import io
import logging
from collections.abc import Iterator

import pytest

from voyage.errors import VoyageError
from voyage.runtime.outage_lines import OutageLines
from voyage.runtime.outages import Outages, blame

LIBRARY = "aio_pika.robust_connection"


class AwayError(VoyageError):
    away = "RabbitMQ"


class Log:
    """What gets through the filter, at times of a clock that only the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.outages = Outages(lambda: self.now)
        self._written = io.StringIO()
        self._handler = logging.StreamHandler(self._written)
        self._handler.addFilter(OutageLines(self.outages))
        self.loggers = [logging.getLogger(name) for name in ("saga.x", LIBRARY, "voyage.runtime.outages")]
        for logger in self.loggers:
            logger.handlers, logger.propagate = [self._handler], False
            logger.setLevel(logging.INFO)
        self.ours, self.library, _ = self.loggers

    @property
    def lines(self) -> list[str]:
        return self._written.getvalue().splitlines()

    def a_try_fails(self) -> None:
        self.library.warning("Connection attempt to %r failed", "x")
        self.ours.warning("Message %s waits: %s", self.now, AwayError("no answer"))


@pytest.fixture
def log() -> Iterator[Log]:
    log = Log()
    yield log
    for logger in log.loggers:
        logger.handlers, logger.propagate = [], True


def test_a_line_at_once_then_two_a_minute_and_one_at_the_return(log: Log) -> None:
    log.outages.lost("RabbitMQ", "requests")
    log.ours.warning("The connection is lost", extra={"away": "RabbitMQ"})
    per_minute = []
    for _ in range(3):
        before = len(log.lines)
        for _ in range(60):
            log.a_try_fails()
            log.now += 1
        per_minute.append(len(log.lines) - before)
    log.outages.back("RabbitMQ", "requests")

    assert log.lines[0] == "The connection is lost"
    assert max(per_minute) == 2
    assert min(per_minute) >= 1
    assert log.lines[-1].startswith("RabbitMQ is back after 180 s (")


def test_what_is_left_out_is_counted(log: Log) -> None:
    for _ in range(31):
        log.library.warning("Connection attempt failed")
        log.now += 1

    assert log.lines == [
        "Connection attempt failed",
        "Connection attempt failed (29 more lines about it are left out)",
    ]


def test_something_new_of_ours_is_not_lost_behind_a_line_of_a_library(log: Log) -> None:
    log.library.warning("Connection attempt failed")
    log.ours.warning("Not ready", extra={"away": "RabbitMQ"})
    log.library.error("Something else failed")

    assert log.lines == ["Connection attempt failed", "Not ready"]


def test_a_server_that_comes_and_goes_is_bounded_too(log: Log) -> None:
    for _ in range(60):
        log.outages.lost("RabbitMQ", "requests")
        log.ours.warning("The connection is lost", extra={"away": "RabbitMQ"})
        log.now += 1
        log.outages.back("RabbitMQ", "requests")

    assert len(log.lines) == 6


def test_it_is_back_when_the_last_who_missed_it_has_it_again(log: Log) -> None:
    for name in ("requests", "results"):
        log.outages.lost("RabbitMQ", name)
        log.ours.warning("%s is lost", name, extra={"away": "RabbitMQ"})
    log.now += 7
    log.outages.back("RabbitMQ", "requests")
    assert "is back" not in log.lines[-1]
    log.outages.back("RabbitMQ", "results")
    assert "RabbitMQ is back after 7 s" in log.lines[-1]


def test_a_state_that_begins_is_told_each_time(log: Log) -> None:
    for _ in range(10):
        log.a_try_fails()
        log.ours.warning("%s: consuming pauses", AwayError("no answer"), extra={"is_change": True})
        log.ours.info("consuming goes on")
        log.now += 1

    told = [line for line in log.lines if "consuming" in line]
    assert told == ["no answer: consuming pauses", "consuming goes on"] * 10
    assert len(log.lines) <= len(told) + 3


def test_one_server_does_not_silence_another(log: Log) -> None:
    for server in ("RabbitMQ", "Temporal"):
        log.ours.warning("%s is away", server, extra={"away": server})

    assert log.lines == ["RabbitMQ is away", "Temporal is away"]


def test_an_error_that_comes_of_an_absence_has_no_traceback_and_another_has_one(log: Log) -> None:
    theirs = ValueError("503")
    blame(theirs, "The car supplier")
    for error in (AwayError("no answer\nfor long"), theirs, KeyError("a defect")):
        log.ours.warning("It failed", exc_info=error)

    assert log.lines[:2] == ["It failed: no answer", "It failed: 503"]
    assert log.lines[2:] == ["It failed", "KeyError: 'a defect'"]
