"""A supplier behind HTTP. What its service must do is in docs/suppliers.md."""

import asyncio
import ssl
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
from pydantic_core import to_jsonable_python

from saga.errors import SupplierRefusedError, SupplierUnavailableError
from saga.suppliers.http_answer import ACCEPT_ENCODING, HttpAnswer, read_answer
from saga.suppliers.reference import RULE, reference_in
from saga.suppliers.supplier import SupplierCall
from saga.suppliers.supplier_settings import SupplierSettings
from voyage.runtime import tracing
from voyage.runtime.system_errors import lacks_descriptors, no_descriptors

KEY, OWNER = "Idempotency-Key", "Voyage-Owner"
_MISPLACED_ANSWERS = 10
_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_TRY_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_OUR_MISTAKE = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED}


class HttpSupplier:
    """Books with `POST /bookings` and undoes with `DELETE /bookings/<key>`, by one pool of connections.

    Use it as an async context manager. Redirects are not followed: a booking must not go astray. However much
    an answer sends, and however slowly, it is read up to the settings' limits; then its connection is closed.
    """

    def __init__(self, settings: SupplierSettings) -> None:
        self._settings = settings
        headers = {"Accept-Encoding": ACCEPT_ENCODING}
        if settings.authorization:
            headers["Authorization"] = settings.authorization.get_secret_value()
        self._client = httpx.AsyncClient(
            base_url=str(settings.url).rstrip("/"),
            headers=headers,
            verify=_trust(settings),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # kept by nobody, they would pile up
            timeout=httpx.Timeout(
                settings.timeout, connect=settings.connect_timeout, pool=settings.pool_timeout
            ),
            limits=httpx.Limits(
                max_connections=settings.connections, max_keepalive_connections=settings.connections
            ),
        )
        self._host = self._client.base_url.netloc.decode()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def book(self, call: SupplierCall) -> str:
        """Book; 2xx with a `reference` is booked, most of 4xx a refusal, anything else a failed try."""
        body = {"booking": call.booking, "leg": call.leg, "item": to_jsonable_python(call.item)}
        if call.details:
            body["details"] = to_jsonable_python(call.details)
        answer = await self._ask("POST", "/bookings", call, body)
        if not answer.is_success:
            raise SupplierRefusedError(answer.said())
        reference = reference_in(answer.field("reference"))
        if reference is None:
            raise SupplierUnavailableError(self._no_reference(answer))
        return reference

    async def undo(self, call: SupplierCall) -> None:
        """Undo by the booking's key; 404 and 410 mean that nothing was booked, which is fine."""
        answer = await self._ask("DELETE", f"/bookings/{quote(call.idempotency_key, safe='')}", call)
        if not answer.is_success and answer.status not in _GONE:
            raise SupplierRefusedError(answer.said())

    def _no_reference(self, answer: HttpAnswer) -> str:
        said = f"{answer.host} answered {answer.status} without a reference"
        if answer.body is None:
            return f"{said} in the first {self._settings.response_limit} bytes"
        return f"{said}: {RULE}"

    async def _ask(self, method: str, path: str, call: SupplierCall, body: Any = None) -> HttpAnswer:
        """A final answer, yes or no; raises `SupplierUnavailableError` for any other, and for none."""
        limit = self._settings.timeout
        try:
            async with asyncio.timeout(limit):
                answer = await self._answer_to(call, method, path, body)
        except TimeoutError:
            raise SupplierUnavailableError(f"{self._host}: no whole answer within {limit:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL) as broken:
            if lacks_descriptors(broken):
                text = no_descriptors(f"a connection to {self._host}")
                raise SupplierUnavailableError(text) from broken
            what = str(broken) or type(broken).__name__
            raise SupplierUnavailableError(f"{self._host}: {what}") from broken
        status = answer.status
        if status in _TRY_LATER or status == HTTPStatus.SERVICE_UNAVAILABLE:
            pause = answer.retry_after(self._settings.retry_after_limit)
            raise SupplierUnavailableError(answer.said(), pause)
        if not answer.is_success and (status in _OUR_MISTAKE or not answer.is_client_error):
            raise SupplierUnavailableError(answer.said())
        return answer

    async def _answer_to(self, call: SupplierCall, method: str, path: str, body: Any) -> HttpAnswer:
        """The answer to this very call, if the supplier sends our key back.

        A service that answers a call twice leaves the second answer in a pooled connection, for the next call
        to take as its own. Such a connection is given up, and the call made again: the key makes it safe.
        """
        for _ in range(_MISPLACED_ANSWERS):
            headers = {KEY: call.idempotency_key}
            if self._settings.tell_owner and call.owner:
                headers[OWNER] = call.owner
            with tracing.calling(method, self._client.base_url.host) as (span, trace):
                headers |= trace
                async with self._client.stream(method, path, json=body, headers=headers) as response:
                    span.set_attribute("http.response.status_code", response.status_code)
                    if response.headers.get(KEY, call.idempotency_key) == call.idempotency_key:
                        return await read_answer(response, self._settings.response_limit)
                    await response.extensions["network_stream"].aclose()
        raise SupplierUnavailableError(f"{self._host} answers other calls than ours")


def _trust(settings: SupplierSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.ca)
    if settings.certificate:
        context.load_cert_chain(settings.certificate, settings.key)
    return context
