"""The booking on Celery: a chain of three tasks, and an errback that sends the undo tasks as a chain.

Each step is a message in a quorum queue, acked when the step has ended. The worker is
`celery --app benchmarks.peers.celery_app worker`, the client `python -m benchmarks.peers.celery_app`.
"""

import asyncio
import os
from typing import Any

from celery import Celery, chain
from celery.canvas import Signature
from celery.signals import worker_ready

from benchmarks.peers import stdio, supplier

app = Celery("peers", broker=os.environ["AMQP_URL"], backend="rpc://")
app.conf.update(
    task_default_queue=os.environ["PEERS_QUEUE"],
    # Celery's documentation: backends-and-brokers/rabbitmq, "Using Quorum Queues".
    task_default_queue_type="quorum",
    task_default_exchange_type="topic",
    task_routes={"*": {"routing_key": os.environ["PEERS_QUEUE"]}},
    broker_transport_options={"confirm_publish": True},
    # userguide/tasks, "Basics": for tasks that may run twice, also when their process is killed.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # userguide/configuration, "RPC backend settings": a result survives a restart of the broker.
    result_persistent=True,
)
TRIES = {"autoretry_for": (ConnectionError,), "max_retries": 4, "retry_backoff": True}


@worker_ready.connect
def report_ready(**_: Any) -> None:
    """Print the text that the benchmark waits for."""
    print("Peer ready", flush=True)


@app.task(name="book", **TRIES)
def book(booking: dict[str, Any], leg: str) -> dict[str, Any]:
    """Book one leg, and pass the booking on to the next task of the chain."""
    reference = supplier.book(booking["booking_id"], leg, booking[leg])
    return {**booking, "references": {**booking["references"], leg: reference}}


@app.task(name="undo", **TRIES)
def undo(booking: dict[str, Any], leg: str) -> None:
    """Undo one leg."""
    supplier.undo(booking["booking_id"], leg, booking[leg])


@app.task(name="roll_back")
def roll_back(request: Any, _error: Exception, _traceback: Any) -> None:
    """The errback: undo in reverse what was booked, and the leg that failed."""
    booking, failed = request.args
    legs = [*booking["references"], failed]
    chain(undo.si(booking, leg) for leg in reversed(legs)).apply_async()


def saga(trip: dict[str, str]) -> Signature:
    """The whole booking, not yet sent."""
    first, *rest = supplier.LEGS
    steps = chain(book.s({**trip, "references": {}}, first), *(book.s(leg) for leg in rest))
    return steps.on_error(roll_back.s())


def send(trip: dict[str, str]) -> str:
    """Send the chain, and wait for the result of its last task, as a web service with threads does."""
    try:
        booking = saga(trip).apply_async().get(timeout=60.0)
    except supplier.RefusedError:
        return "cancelled"
    return "booked" if len(booking["references"]) == len(supplier.LEGS) else "incomplete"


if __name__ == "__main__":
    asyncio.run(stdio.serve(lambda trip: asyncio.to_thread(send, trip)))
