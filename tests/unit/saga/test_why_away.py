"""A Temporal that can't be reached: what the SDK's libraries say is told in our words."""

import pytest

from saga.temporal.connection_refusal import why_away


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ("tonic::transport::Error(Transport, Os { kind: ConnectionRefused", "nothing listens there"),
        ('ConnectError("dns error", Custom { kind: Uncategorized', "its host name is not known"),
        ("Status { message: grpc-status header missing", "what listens there is no Temporal"),
        ("Timeout expired", "no answer in time"),
        ("tonic::transport::Error(Transport, hyper::Error(", "the connection failed"),
        ("Namespace nope is not found.", ""),
    ],
)
def test_no_library_shows_through(said: str, ours: str) -> None:
    assert why_away(said) == ours
