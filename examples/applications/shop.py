"""A web application on Flask, as it would be on Django: one blocking client for all threads of a process.

Run it: flask --app examples.applications.shop run, or by gunicorn with any number of workers and threads.
"""

from functools import cache
from uuid import uuid4

from flask import Flask, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from publisher import BlockingClient, BookingRejectedError, BookingRequest, ClientError, ResultTimeoutError

app = Flask("shop")


@cache
def voyage() -> BlockingClient:
    """The client of this process, connected when it is first needed."""
    return BlockingClient.connect(name="shop", wait=2)


@app.post("/trips")
def book() -> ResponseReturnValue:
    """Book a trip: 200 with its result, or 202 and an address if that takes longer than `?wait=`."""
    trip = BookingRequest.model_validate({"booking_id": uuid4().hex, **request.get_json()})
    try:
        result = voyage().book(trip, timeout=request.args.get("wait", 30.0, float))
    except ResultTimeoutError:
        where = url_for("status", booking_id=trip.booking_id)
        return {"booking_id": trip.booking_id}, 202, {"Location": where}
    return _json(result.model_dump_json(exclude_none=True))


@app.get("/trips/<booking_id>")
def status(booking_id: str) -> ResponseReturnValue:
    """How a booking stands; `unknown_booking` for an id that nobody knows."""
    return _json(voyage().status(booking_id).model_dump_json(exclude_none=True))


@app.delete("/trips/<booking_id>")
def cancel(booking_id: str) -> ResponseReturnValue:
    """Ask for a booking to be cancelled."""
    voyage().cancel(booking_id)
    return "", 202


@app.errorhandler(ValidationError)
def not_valid(error: ValidationError) -> ResponseReturnValue:
    """What is wrong with a trip."""
    return _json(error.json(include_url=False, include_context=False), 422)


@app.errorhandler(ClientError)
def not_possible(error: ClientError) -> ResponseReturnValue:
    """422 for a request that can never be booked; 503 for what may be sent again, under the same id."""
    told = jsonify(detail=str(error), booking_id=error.booking_id, sent=error.sent)
    return told, 422 if isinstance(error, BookingRejectedError) else 503


def _json(text: str, status: int = 200) -> Response:
    return Response(text, status, mimetype="application/json")
