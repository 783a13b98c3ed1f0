"""Whether Temporal is away, which passes, or one side doesn't trust the other, which a person must fix."""

import re

from saga.errors import TemporalRefusedError

# The SDK tells all of this apart only in the text of its error.
_REFUSALS = (
    (
        r"InvalidCertificate\(NotValidForName",
        (
            "The certificate of Temporal at {address} is refused: it is for another host name. "
            "Set the host in TEMPORAL_ADDRESS, or TEMPORAL_TLS_SERVER_NAME, to a name that it has."
        ),
    ),
    (
        r"InvalidCertificate\(Expired",
        (
            "The certificate of Temporal at {address} is refused: it has expired. "
            "Renew it on the server (or set this machine's clock); no variable helps."
        ),
    ),
    (
        r"InvalidCertificate\((?P<what>\w+)",
        (
            "The certificate of Temporal at {address} is refused: {what}. "
            "Set TEMPORAL_TLS_SERVER_CA_CERT_PATH to the certificate, PEM, of whoever issued it."
        ),
    ),
    (
        r"fatal alert: (?P<what>\w*(?:Certificate|UnknownCA|HandshakeFailure)\w*)",
        (
            "Temporal at {address} refuses our certificate: {what}. "
            "Set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH to one that it trusts."
        ),
    ),
    (
        r"code: (?:Unauthenticated|PermissionDenied)",
        "Temporal at {address} refuses our key. Set TEMPORAL_API_KEY to one that it knows.",
    ),
    (
        r"InvalidMessage\(InvalidContentType\)",
        "Temporal at {address} does not speak TLS. Correct TEMPORAL_ADDRESS, or set TEMPORAL_TLS=false.",
    ),
    (
        r"PrivateKeyParseError",
        (
            "TEMPORAL_TLS_CLIENT_KEY_PATH: no private key in PEM. "
            "Set it to the key that belongs to TEMPORAL_TLS_CLIENT_CERT_PATH."
        ),
    ),
)


_ABSENCES = (
    (r"ConnectionRefused|connection refused", "nothing listens there"),
    (r"dns error|failed to lookup address", "its host name is not known"),
    (r"(Network|Host)Unreachable|network is unreachable|no route to host", "no route leads there"),
    (r"TimedOut|deadline has elapsed|timeout expired|timed out", "no answer in time"),
    (r"ConnectionReset|BrokenPipe|connection reset|broken pipe|UnexpectedEof", "it hangs up"),
    (r"grpc-status header missing|http2 error|InvalidMessage", "what listens there is no Temporal"),
    (r"transport error|tonic::transport", "the connection failed"),
)


def why_away(said: str) -> str:
    """In our words what the SDK's library says of a server that can't be reached; empty for other texts."""
    return next((ours for pattern, ours in _ABSENCES if re.search(pattern, said, re.IGNORECASE)), "")


def refused(address: str, failure: Exception) -> TemporalRefusedError | None:
    """The error that a person must fix, or None if Temporal is merely away."""
    for pattern, text in _REFUSALS:
        if found := re.search(pattern, str(failure)):
            what = _words(found.groupdict().get("what", ""))
            return TemporalRefusedError(text.format(address=address, what=what))
    return None


def _words(name: str) -> str:
    """`CertificateRequired` as people write it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
