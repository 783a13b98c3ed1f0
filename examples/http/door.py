"""The HTTP service: `POST /book` as in the tutorial, and `GET /bookings/<id>`."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from aiohttp import web

from examples.http.asking import patience, trip
from examples.http.problems import INVALID, NOT_FOUND, ProblemError, as_problems
from publisher import BookingResult, BrokerSettings, Client
from publisher.contract.request import MAX_BODY_BYTES
from publisher.contract.result import Status
from voyage.trips import Trip
from voyage.trips.tutorial import BookingRequest

REMEMBERED = 10_000  # bookings that were not waited for, which may still be in RabbitMQ's queue


class Door:
    """Books trips of one kind through one client, which it connects when it is first needed.

    Waits at most `longest_wait` seconds for an answer.
    """

    def __init__(
        self, kind: type[Trip] = BookingRequest, longest_wait: float = 60.0, broker_timeout: float = 5.0
    ) -> None:
        self._kind = kind
        self._longest_wait = longest_wait
        self._broker_timeout = broker_timeout
        self._client: Client | None = None
        self._connecting = asyncio.Lock()
        self._sent: OrderedDict[str, None] = OrderedDict()

    def app(self) -> web.Application:
        """The application with its routes."""
        app = web.Application(middlewares=[as_problems], client_max_size=MAX_BODY_BYTES)
        app.add_routes([web.post("/book", self.book), web.get("/bookings/{id}", self.booking)])
        app.cleanup_ctx.append(self._until_the_end)
        return app

    async def book(self, request: web.Request) -> web.Response:
        """Book a trip: 200 with its result, or 202 with its address if that takes longer than was asked."""
        asked = await trip(request, self._kind)
        asked = asked.model_copy(update={"booking_id": asked.booking_id or uuid4().hex})
        wait = patience(request, self._longest_wait)
        result = await self._result(asked, wait)
        headers = {"Location": f"/bookings/{asked.booking_id}"}
        if "Prefer" in request.headers:
            headers["Preference-Applied"] = f"wait={wait:g}"
        if result is None:
            return _json(self._going_on(asked.booking_id or ""), HTTPStatus.ACCEPTED, headers)
        if result.status is Status.REJECTED and result.reason:
            raise ProblemError(INVALID, result.reason.message, code=result.reason.code)
        return _json(result.model_dump(mode="json"), HTTPStatus.OK, headers)

    async def booking(self, request: web.Request) -> web.Response:
        """How a booking stands: its result, or status `running`; 404 for an id that nobody knows."""
        booking_id = request.match_info["id"]
        client = await self._connected()
        result = await client.status(booking_id, timeout=self._broker_timeout)
        if result.status is not Status.UNKNOWN_BOOKING:
            return _json(result.model_dump(mode="json"))
        if booking_id in self._sent:
            return _json(self._going_on(booking_id))
        raise ProblemError(NOT_FOUND, f"Nobody knows a booking {booking_id!r}")

    async def _result(self, asked: Trip, wait: float) -> BookingResult | None:
        client = await self._connected()
        async with client.booking(asked) as result:
            await asyncio.wait({result}, timeout=wait)
            return result.result() if result.done() else None

    async def _connected(self) -> Client:
        async with self._connecting:
            if self._client is None:
                settings = BrokerSettings()
                limits = {"publish_timeout": self._broker_timeout}
                self._client = await Client.connect(settings=settings.model_copy(update=limits))
            return self._client

    def _going_on(self, booking_id: str) -> dict[str, Any]:
        self._sent[booking_id] = None
        if len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)
        return {"booking_id": booking_id, "status": Status.RUNNING.value, "result": "Voyage under way"}

    async def _until_the_end(self, _: web.Application) -> AsyncIterator[None]:
        yield
        if self._client:
            await self._client.close()


def _json(
    body: dict[str, Any], status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None
) -> web.Response:
    text = json.dumps(body, indent=2) + "\n"
    return web.Response(text=text, status=status, headers=headers, content_type="application/json")
