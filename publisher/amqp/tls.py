"""TLS to RabbitMQ: whom to trust, what to show, and what a certificate that is refused means."""

import asyncio
import ssl
from contextlib import suppress

from publisher.broker_url import DEFAULT_PORTS
from publisher.errors import BrokerCertificateError
from publisher.settings import BrokerSettings
from voyage.errors import SettingsError

_VARIABLES = {"amqp_ca": "VOYAGE_AMQP_CA", "amqp_certificate": "VOYAGE_AMQP_CERTIFICATE"}

_LISTEN_TIMEOUT = 2.0


def ssl_context(settings: BrokerSettings) -> ssl.SSLContext | None:
    """The trust for an `amqps://` URL, None for `amqp://`; the host name is always checked.

    Raises `SettingsError` for files that can't be used, and for TLS settings without effect.
    """
    url = settings.url
    if url.scheme != "amqps":
        for field, variable in _VARIABLES.items():
            if getattr(settings, field):
                raise SettingsError(f"{variable}: has no effect, as AMQP_URL doesn't begin with amqps://")
        return None
    try:
        context = ssl.create_default_context(cafile=settings.amqp_ca)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"VOYAGE_AMQP_CA: no certificates in PEM: {_words(error)}") from error
    if settings.amqp_certificate:
        try:
            context.load_cert_chain(settings.amqp_certificate, settings.amqp_key, password=_no_passphrase)
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(
                "VOYAGE_AMQP_CERTIFICATE, VOYAGE_AMQP_KEY: no certificate with its key, in PEM and not "
                f"encrypted: {_words(error)}"
            ) from error
    return context


async def tls_refusal(settings: BrokerSettings, context: ssl.SSLContext) -> ssl.SSLError | None:
    """Why the broker refuses TLS; it says so for sure only to somebody who sends nothing after that."""
    url = settings.url
    with suppress(TimeoutError):
        async with asyncio.timeout(_LISTEN_TIMEOUT):
            try:
                reader, writer = await asyncio.open_connection(
                    url.host, url.port or DEFAULT_PORTS[url.scheme], ssl=context
                )
                try:
                    await reader.read(1)
                finally:
                    writer.close()
            except ssl.SSLError as refused:
                return refused
            except OSError:
                return None
    return None


def certificate_error(where: str, failure: BaseException) -> BrokerCertificateError | None:
    """The error that a person must fix, if a certificate is behind this failure."""
    cause: BaseException | None = failure
    seen: set[int] = set()  # aiormq raises errors whose causes go round in a circle
    while cause and not isinstance(cause, ssl.SSLError):
        seen.add(id(cause))
        following = cause.__cause__ or cause.__context__
        cause = None if id(following) in seen else following
    if isinstance(cause, ssl.SSLCertVerificationError):
        said = cause.verify_message.rstrip(".")
        return BrokerCertificateError(
            f"The certificate of RabbitMQ at {where} is refused: {said}. {_advice(cause)}"
        )
    if isinstance(cause, ssl.SSLError) and _is_about_ours(cause):
        return BrokerCertificateError(
            f"RabbitMQ at {where} refuses our certificate: {_words(cause)}. "
            "Set VOYAGE_AMQP_CERTIFICATE and VOYAGE_AMQP_KEY to one that it trusts."
        )
    return None


def _advice(refused: ssl.SSLCertVerificationError) -> str:
    if refused.verify_code in {62, 64}:  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
        return "Set the host in AMQP_URL to a name that the certificate has."
    if refused.verify_code == 10:  # noqa: PLR2004 -- X509_V_ERR_CERT_HAS_EXPIRED
        return "Renew it on the broker (or set this machine's clock); no variable helps."
    return "Set VOYAGE_AMQP_CA to the certificate, PEM, of whoever issued it."


def _is_about_ours(error: ssl.SSLError) -> bool:
    reason = (error.reason or "").upper()
    return "ALERT" in reason and any(word in reason for word in ("CERT", "UNKNOWN_CA", "HANDSHAKE"))


def _words(error: Exception) -> str:
    """What OpenSSL or the file system has to say, without error numbers."""
    if isinstance(error, ssl.SSLError):
        return (error.reason or "not readable").lower().replace("_", " ")
    return getattr(error, "strerror", None) or type(error).__name__


def _no_passphrase() -> str:
    return ""
