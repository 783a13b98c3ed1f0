"""The tutorial's HTTP API: a Flask endpoint with one Temporal client, which awaits each result."""

import asyncio
import os
from typing import Any
from uuid import uuid4

from flask import Flask, Response, jsonify, request
from temporalio.client import Client

from benchmarks.tutorial.activities import Trip
from benchmarks.tutorial.workflow import TutorialWorkflow


def create_app(client: Client) -> Flask:
    """Make the application with its only route."""
    app = Flask(__name__)

    @app.post("/book")
    def book() -> Response:
        # The tutorial's view is async: there Flask itself makes an event loop for each request.
        return jsonify(asyncio.run(_book(client, request.get_json())))

    return app


async def _book(client: Client, trip: dict[str, Any]) -> dict[str, Any]:
    user_id = f"{trip['name'].replace(' ', '-').lower()}-{uuid4().hex}"
    result = await client.execute_workflow(
        TutorialWorkflow.run,
        Trip(
            attempts=int(trip["attempts"]),
            book_user_id=user_id,
            book_car_id=trip["car"],
            book_hotel_id=trip["hotel"],
            book_flight_id=trip["flight"],
        ),
        id=user_id,
        task_queue=os.environ["BENCH_TASK_QUEUE"],
    )
    return {"user_id": user_id, "result": result}


async def main() -> None:
    """Serve until terminated."""
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    create_app(client).run(port=int(os.environ["BENCH_HTTP_PORT"]), threaded=True)


if __name__ == "__main__":
    asyncio.run(main())
