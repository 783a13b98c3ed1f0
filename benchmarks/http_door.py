"""The tutorial's way: an HTTP endpoint, a Temporal client for each request, and its result awaited."""

import asyncio
import os
from uuid import uuid4

from flask import Flask, Response, jsonify, request
from temporalio.client import Client

from saga.models import BookVacationInput
from saga.workflow import BookingWorkflow

app = Flask(__name__)


@app.post("/book")
def book() -> Response:
    """Book a trip as the tutorial's starter does, and answer when it has ended."""
    return jsonify({"status": asyncio.run(_book(request.get_json()))})


async def _book(trip: dict[str, str]) -> str:
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    outcome = await client.execute_workflow(
        BookingWorkflow.run,
        BookVacationInput(
            book_user_id=trip["name"],
            book_car_id=trip["car"],
            book_hotel_id=trip["hotel"],
            book_flight_id=trip["flight"],
        ),
        id=f"http-{uuid4().hex}",
        task_queue=os.environ["VOYAGE_TASK_QUEUE"],
    )
    return outcome.status.value


if __name__ == "__main__":
    app.run(port=int(os.environ["BENCH_HTTP_PORT"]), threaded=True)
