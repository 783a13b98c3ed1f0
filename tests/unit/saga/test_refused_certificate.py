"""Errors of RabbitMQ's library in which no certificate is to blame."""

from publisher.amqp.tls import certificate_error


def test_causes_that_go_round_in_a_circle_come_to_an_end() -> None:
    lost, reset = ConnectionError("lost"), ConnectionResetError("reset")
    lost.__cause__, reset.__context__ = reset, lost
    assert certificate_error("here", lost) is None
