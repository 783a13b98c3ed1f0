"""`voyage-worker codec`: a codec server, which decrypts payloads for Temporal's UI and CLI."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

import typer
from aiohttp import web
from google.protobuf import json_format
from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from temporalio.api.common.v1 import Payload, Payloads

from saga.errors import DecryptionError
from saga.payloads.keys import load_keys
from saga.payloads.payload_codec import EncryptionCodec
from voyage.errors import SettingsError
from voyage.runtime.addresses import is_http_url, shown
from voyage.runtime.settings import Host, load_settings

Translate = Callable[[Sequence[Payload]], Awaitable[list[Payload]]]

_MAX_BODY = 32 * 1024 * 1024  # a page of a history, base64 included
_HEADERS = "authorization, content-type, x-namespace"


def _origin(text: str) -> str:
    if not is_http_url(text) or text.count("/") != 2 or set(text) & set("@?#"):  # noqa: PLR2004 -- those of ://
        raise ValueError("takes http:// or https://, a host and a port, and nothing after them")
    return text


class CodecServerSettings(BaseSettings):
    """For `voyage-worker codec`. Whoever reaches it reads everything that the keys can."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    codec_host: Host = "127.0.0.1"
    """The address on which it listens."""
    codec_port: int = Field(default=8234, ge=1, le=65535)
    """The port on which it listens."""
    codec_origin: Annotated[str, AfterValidator(_origin)] = "http://localhost:8233"
    """The origin of Temporal's UI, as the browser shows it: scheme, host and port."""


def serve() -> None:
    """Decrypt for Temporal's UI and CLI until told to stop.

    VOYAGE_ENCRYPTION_KEYS says what can be read.
    """
    settings, keys = load_settings(CodecServerSettings), load_keys()
    if not keys:
        raise SettingsError("VOYAGE_ENCRYPTION_KEYS: set it, or there is nothing to decrypt")
    where = f"http://{shown(settings.codec_host, settings.codec_port)}"
    try:
        web.run_app(
            build(EncryptionCodec(keys), settings.codec_origin),
            host=settings.codec_host,
            port=settings.codec_port,
            access_log=None,
            print=lambda _: typer.echo(f"Decrypting on {where} for the UI at {settings.codec_origin}"),
        )
    except OSError as taken:
        raise SettingsError(f"VOYAGE_CODEC_PORT: can't listen on {where} ({taken.strerror})") from taken


def build(codec: EncryptionCodec, origin: str) -> web.Application:
    """The service, which answers browsers only on pages of `origin`."""
    app = web.Application(client_max_size=_MAX_BODY, middlewares=[_only_for(origin)])
    app.router.add_post("/encode", _translate(codec.encode))
    app.router.add_post("/decode", _translate(codec.decode))
    app.router.add_route("OPTIONS", "/{path:encode|decode}", _preflight)
    return app


def _translate(translate: Translate) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        try:
            given = json_format.ParseDict(await request.json(), Payloads())
        except (json.JSONDecodeError, json_format.ParseError, UnicodeDecodeError):
            return web.Response(status=400, text="Not the JSON of Temporal's Payloads")
        try:
            made = Payloads(payloads=await translate(given.payloads))
        except DecryptionError as error:
            return web.Response(status=400, text=str(error))
        return web.json_response(json_format.MessageToDict(made))

    return answer


async def _preflight(_: web.Request) -> web.Response:
    return web.Response(status=204)


def _only_for(origin: str) -> Callable[..., Awaitable[web.StreamResponse]]:
    @web.middleware
    async def guard(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        # A page elsewhere must not read bookings through somebody's browser, under no name of this host.
        asked_by = request.headers.get("Origin")
        if asked_by not in {None, origin}:
            return web.Response(status=403, text="VOYAGE_CODEC_ORIGIN: another origin than this page's")
        response = await handler(request)
        if asked_by:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Methods"] = "POST"
            response.headers["Access-Control-Allow-Headers"] = _HEADERS
            response.headers["Access-Control-Allow-Credentials"] = "true"
            response.headers["Vary"] = "Origin"
        return response

    return guard
