"""All suppliers of a test behind HTTP, as the worker calls them."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from voyage.testing.ledger import Call
from voyage.testing.script import Answer

KEY = "Idempotency-Key"
HOST = "127.0.0.1"
_STOP_WITHIN = 0.1  # seconds; none would be for ever


class SupplierService:
    """`POST /<leg>/bookings` and `DELETE /<leg>/bookings/<key>` on a free port, answered by `ask`."""

    def __init__(self, ask: Callable[[Call], Awaitable[Answer]]) -> None:
        self._ask = ask
        app = web.Application()
        app.add_routes(
            [web.post("/{leg}/bookings", self._book), web.delete("/{leg}/bookings/{key}", self._undo)]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_STOP_WITHIN)

    async def start(self) -> str:
        """Listen; returns the address."""
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        return f"http://{HOST}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening, whatever is under way."""
        await self._runner.cleanup()

    async def _book(self, request: web.Request) -> web.Response:
        call = Call("book", request.match_info["leg"], request.headers[KEY], await request.json())
        return await self._answer(request, call)

    async def _undo(self, request: web.Request) -> web.Response:
        return await self._answer(
            request, Call("undo", request.match_info["leg"], request.match_info["key"], {})
        )

    async def _answer(self, request: web.Request, call: Call) -> web.Response:
        answer = await self._ask(call)
        if answer.lost and request.transport:
            request.transport.abort()
        headers = {KEY: call.key}
        if not answer.body:
            return web.Response(status=answer.status, headers=headers)
        return web.json_response(answer.body, status=answer.status, headers=headers)
