"""The HTTP service: `POST /<leg>/bookings`, `DELETE /<leg>/bookings/<key>`, and the ledger to check it by."""

import asyncio
import math
from collections.abc import Callable

from aiohttp import web

from examples.supplier.faults import Fault, Faults
from examples.supplier.ledger import Ledger, Order, UndoneError

KEY = "Idempotency-Key"


class Service:
    """One supplier of every leg, over one ledger."""

    def __init__(self, ledger: Ledger, faults: Faults) -> None:
        self._ledger = ledger
        self._faults = faults
        self._items: dict[str, str] = {}

    def app(self) -> web.Application:
        """The application with its routes."""
        app = web.Application()
        app.add_routes(
            [
                web.post("/{leg}/bookings", self.book),
                web.delete("/{leg}/bookings/{key}", self.undo),
                web.get("/ledger", self.ledger),
                web.put("/faults", self.set_faults),
                web.put("/down", self.set_down),
            ]
        )
        return app

    async def book(self, request: web.Request) -> web.StreamResponse:
        """Book an item: 201 with its `reference`, the same for the same key; 409 is a no."""
        key = request.headers.get(KEY)
        body = await request.json()
        if not key or body.get("item") is None:
            return web.json_response({"error": f"needs a header {KEY} and an item"}, status=422)
        leg, details = request.match_info["leg"], body.get("details", {})
        order = Order(key, str(body.get("booking")), leg, body["item"], details)
        self._items[key] = order.words

        def do() -> web.Response:
            try:
                return web.json_response({"reference": self._ledger.book(order)}, status=201)
            except UndoneError:
                return web.json_response({"error": "This booking was undone before it came"}, status=409)

        return await self._answer(request, "book", key, do)

    async def undo(self, request: web.Request) -> web.StreamResponse:
        """Undo what a key booked: 204; 404 if it booked nothing, and never will."""
        key = request.match_info["key"]

        def do() -> web.Response:
            return web.Response(status=204 if self._ledger.undo(key) else 404)

        return await self._answer(request, "undo", key, do)

    async def ledger(self, request: web.Request) -> web.Response:
        """What is booked and how it came to be; of one booking with `?booking=`."""
        booking = request.query.get("booking")
        rows = {"bookings": self._ledger.bookings(booking), "changes": self._ledger.changes(booking)}
        return web.json_response(rows)

    async def set_faults(self, request: web.Request) -> web.Response:
        """The faults that hit calls from now on, and their rates: `{"lost": 0.05}`."""
        self._faults.set_rates(await request.json())
        return web.Response(status=204)

    async def set_down(self, request: web.Request) -> web.Response:
        """Be down: `{"seconds": 10, "items": "part of the items' names"}`."""
        body = await request.json()
        self._faults.be_down(body["seconds"], body.get("items", ""))
        return web.Response(status=204)

    async def _answer(
        self, request: web.Request, operation: str, key: str, do: Callable[[], web.Response]
    ) -> web.StreamResponse:
        item = self._items.get(key, "")
        fault = self._faults.of(operation, key, item)
        if fault is Fault.REFUSE:
            leg = request.match_info["leg"]
            said = f"Invalid {leg} booking, rolling back!" if operation == "book" else "Too late to undo"
            return web.json_response({"error": said}, status=409)
        if fault is Fault.ERROR:
            return web.json_response({"error": f"{request.match_info['leg']}: internal error"}, status=500)
        if fault is Fault.DOWN:
            seconds = math.ceil(self._faults.down_for(item) or 1)
            error = {"error": f"{request.match_info['leg'].capitalize()} service is down"}
            return web.json_response(error, status=503, headers={"Retry-After": str(seconds)})
        if fault is Fault.SLOW:
            await asyncio.sleep(self._faults.slowness)
        response = do()
        response.headers[KEY] = key
        if fault is Fault.LOST and request.transport:
            request.transport.abort()
        if fault is Fault.TWICE:
            return await _twice(request, response)
        return response


async def _twice(request: web.Request, response: web.Response) -> web.StreamResponse:
    body = response.body if isinstance(response.body, bytes) else b""
    headers = {"Content-Length": len(body), "Content-Type": "application/json", KEY: response.headers[KEY]}
    lines = [f"HTTP/1.1 {response.status} Again", *(f"{name}: {value}" for name, value in headers.items())]
    await response.prepare(request)
    await response.write_eof()
    if request.transport:
        request.transport.write("\r\n".join([*lines, "", ""]).encode() + body)
    return response
