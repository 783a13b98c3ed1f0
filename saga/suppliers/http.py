"""A supplier behind HTTP. What its service must do is in docs/suppliers.md."""

import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from saga.errors import SupplierRefusedError, SupplierUnavailableError
from saga.suppliers.supplier import SupplierCall
from saga.suppliers.supplier_settings import SupplierSettings
from voyage.runtime import tracing

KEY = "Idempotency-Key"
_MISPLACED_ANSWERS = 10
_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_TRY_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_OUR_MISTAKE = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED}


class HttpSupplier:
    """Books with `POST /bookings` and undoes with `DELETE /bookings/<key>`, by one pool of connections.

    Use it as an async context manager. Redirects are not followed: a booking must not go astray.
    """

    def __init__(self, settings: SupplierSettings) -> None:
        self._settings = settings
        headers = {}
        if settings.authorization:
            headers["Authorization"] = settings.authorization.get_secret_value()
        self._client = httpx.AsyncClient(
            base_url=str(settings.url).rstrip("/"),
            headers=headers,
            verify=_trust(settings),
            timeout=httpx.Timeout(
                settings.timeout, connect=settings.connect_timeout, pool=settings.pool_timeout
            ),
            limits=httpx.Limits(
                max_connections=settings.connections, max_keepalive_connections=settings.connections
            ),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def book(self, call: SupplierCall) -> str:
        """Book; 2xx with a `reference` is booked, most of 4xx a refusal, anything else a failed try."""
        body = {"booking": call.booking, "leg": call.leg, "item": call.item}
        answer = await self._ask("POST", "/bookings", call, body)
        if not answer.is_success:
            raise SupplierRefusedError(_said(answer))
        try:
            reference = answer.json()["reference"]
        except (ValueError, TypeError, KeyError):
            raise SupplierUnavailableError(
                f"{_where(answer)} answered {answer.status_code} without a reference"
            ) from None
        return str(reference)

    async def undo(self, call: SupplierCall) -> None:
        """Undo by the booking's key; 404 and 410 mean that nothing was booked, which is fine."""
        answer = await self._ask("DELETE", f"/bookings/{quote(call.idempotency_key, safe='')}", call)
        if not answer.is_success and answer.status_code not in _GONE:
            raise SupplierRefusedError(_said(answer))

    async def _ask(self, method: str, path: str, call: SupplierCall, body: Any = None) -> httpx.Response:
        """A final answer, yes or no; raises `SupplierUnavailableError` for any other, and for none."""
        try:
            answer = await self._answer_to(call, method, path, body)
        except httpx.HTTPError as broken:
            what = str(broken) or type(broken).__name__
            raise SupplierUnavailableError(f"{self._client.base_url.netloc.decode()}: {what}") from broken
        status = answer.status_code
        if status in _TRY_LATER or status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise SupplierUnavailableError(_said(answer), self._retry_after(answer))
        if not answer.is_success and (status in _OUR_MISTAKE or not answer.is_client_error):
            raise SupplierUnavailableError(_said(answer))
        return answer

    async def _answer_to(self, call: SupplierCall, method: str, path: str, body: Any) -> httpx.Response:
        """The answer to this very call, if the supplier sends our key back.

        A service that answers a call twice leaves the second answer in a pooled connection, for the next call
        to take as its own. Such a connection is given up, and the call made again: the key makes it safe.
        """
        for _ in range(_MISPLACED_ANSWERS):
            headers = {KEY: call.idempotency_key}
            with tracing.calling(method, self._client.base_url.host) as (span, trace):
                answer = await self._client.request(method, path, json=body, headers={**headers, **trace})
                span.set_attribute("http.response.status_code", answer.status_code)
            if answer.headers.get(KEY, call.idempotency_key) == call.idempotency_key:
                return answer
            await answer.extensions["network_stream"].aclose()
        raise SupplierUnavailableError(f"{_where(answer)} answers other calls than ours")

    def _retry_after(self, answer: httpx.Response) -> float | None:
        """Seconds, from either form of `Retry-After` (RFC 9110, 10.2.3); cut to the setting's limit."""
        header = answer.headers.get("Retry-After", "")
        if header.isdecimal():
            seconds = float(header)
        else:
            try:
                seconds = (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
            except (ValueError, TypeError):
                return None
        return min(max(seconds, 0.0), self._settings.retry_after_limit)


def _trust(settings: SupplierSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.ca)
    if settings.certificate:
        context.load_cert_chain(settings.certificate, settings.key)
    return context


def _said(answer: httpx.Response) -> str:
    """The supplier's own words, if it has any."""
    try:
        detail = answer.json().get("error")
    except (ValueError, AttributeError):
        detail = None
    return str(detail)[:500] if detail else f"{_where(answer)} answered {answer.status_code}"


def _where(answer: httpx.Response) -> str:
    return answer.request.url.netloc.decode()
