"""A web application on FastAPI: it waits for the result, or says 202, and tells how a booking stands.

Run it: uvicorn examples.applications.web:app --timeout-graceful-shutdown 1
"""

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from publisher import BookingRejectedError, BookingRequest, BookingResult, Client, ClientError, Status


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
    """One client for each process; the application starts without RabbitMQ, too."""
    connecting = asyncio.ensure_future(Client.connect(name="shop", wait=math.inf))
    app.state.voyage = connecting
    yield
    if not connecting.cancel() and not connecting.exception():
        await connecting.result().close()


async def client(request: Request) -> Client:
    """The client, as soon as RabbitMQ has been reached."""
    connecting: asyncio.Future[Client] = request.app.state.voyage
    await asyncio.wait([connecting], timeout=2)
    if not connecting.done():
        raise HTTPException(503, "RabbitMQ is away", {"Retry-After": "2"})
    return connecting.result()


app = FastAPI(title="Shop", lifespan=lifespan)
Voyage = Annotated[Client, Depends(client)]
BookingId = Annotated[str, Path(max_length=200, pattern=r"^[A-Za-z0-9._:-]+$")]
Seconds = Annotated[float, Query(ge=0, le=300, description="How long to wait for the result.")]


@app.post("/trips", responses={202: {"model": BookingResult}}, response_model_exclude_none=True)
async def book(trip: BookingRequest, voyage: Voyage, response: Response, wait: Seconds = 30) -> BookingResult:
    """Book a trip: 200 with its result, or 202 and an address if that takes longer than `wait`."""
    trip = trip.model_copy(update={"booking_id": trip.booking_id or uuid4().hex})
    async with voyage.booking(trip) as answer:
        await asyncio.wait([answer], timeout=wait)
        if answer.done():
            if answer.result().status is Status.REJECTED:
                raise BookingRejectedError(answer.result())
            return answer.result()
    response.status_code = 202
    response.headers["Location"] = f"/trips/{trip.booking_id}"
    return running(str(trip.booking_id))


def running(booking_id: str) -> BookingResult:
    """What is known of a booking that was sent."""
    return BookingResult(
        cancelled=False, result="Under way", user_id=None, booking_id=booking_id, status=Status.RUNNING
    )


@app.get("/trips/{booking_id}", response_model_exclude_none=True)
async def trip(booking_id: BookingId, voyage: Voyage) -> BookingResult:
    """How a booking stands, or 404."""
    now = await voyage.status(booking_id)
    if now.status is Status.UNKNOWN_BOOKING:
        raise HTTPException(404, f"Nobody knows a booking {booking_id!r}")
    return now


@app.get("/trips/{booking_id}/events", response_class=StreamingResponse)
async def events(booking_id: BookingId, voyage: Voyage) -> StreamingResponse:
    """Server-sent events: how the booking stands whenever that has changed; the last is its result."""

    async def lines() -> AsyncIterator[str]:
        async for now in voyage.watch(booking_id):
            yield f"data: {now.model_dump_json()}\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream")


@app.delete("/trips/{booking_id}", status_code=202)
async def cancel(booking_id: BookingId, voyage: Voyage) -> None:
    """Ask for a booking to be cancelled; its result says what came of that."""
    await voyage.cancel(booking_id)


@app.exception_handler(ClientError)
async def not_possible(_: Request, error: Exception) -> JSONResponse:
    """422 for a request that can never be booked; 503 for what may be sent again, under the same id."""
    told = {"detail": str(error)}
    if isinstance(error, ClientError):
        told |= {"booking_id": error.booking_id or "", "sent": error.sent or "no"}
    if isinstance(error, BookingRejectedError):
        return JSONResponse(told, 422)
    return JSONResponse(told, 503, {"Retry-After": "2"})
