"""The saga on Celery: a chain of three tasks, and an errback that sends the undoing as a chain of its own.

Every step is a message in a quorum queue, acked when the step has ended: it survives its worker.
Run by `celery --app benchmarks.peers.celery_service worker`.
"""

import os
from typing import Any

from celery import Celery, chain
from celery.canvas import Signature
from celery.signals import worker_ready

from benchmarks.peers import supplier

app = Celery("peers", broker=os.environ["AMQP_URL"], backend="rpc://")
app.conf.update(
    task_default_queue=os.environ["PEERS_QUEUE"],
    # Celery's documents: backends-and-brokers/rabbitmq, "Using Quorum Queues".
    task_default_queue_type="quorum",
    task_default_exchange_type="topic",
    task_routes={"*": {"routing_key": os.environ["PEERS_QUEUE"]}},
    broker_transport_options={"confirm_publish": True},
    # userguide/tasks, "Basics": for tasks that may run twice, also when the process that runs them is killed.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # userguide/configuration, "RPC backend settings": an answer survives the broker's restart.
    result_persistent=True,
)
TRIES = {"autoretry_for": (ConnectionError,), "max_retries": 4, "retry_backoff": True}


@worker_ready.connect
def say_so(**_: Any) -> None:
    """As Celery itself does at a log level at which it logs each task too."""
    print("Peer ready", flush=True)


@app.task(name="book", **TRIES)
def book(booking: dict[str, Any], leg: str) -> dict[str, Any]:
    """One leg; the booking so far goes on to the next task of the chain."""
    reference = supplier.book(booking["booking_id"], leg, booking[leg])
    return {**booking, "references": {**booking["references"], leg: reference}}


@app.task(name="undo", **TRIES)
def undo(booking: dict[str, Any], leg: str) -> None:
    """One leg's undo."""
    supplier.undo(booking["booking_id"], leg, booking[leg])


@app.task(name="roll_back")
def roll_back(request: Any, _error: Exception, _traceback: Any) -> None:
    """The errback: undo what was booked, and the leg that failed, in reverse."""
    booking, failed = request.args
    taken = [*booking["references"], failed]
    chain(undo.si(booking, leg) for leg in reversed(taken)).apply_async()


def saga(trip: dict[str, str]) -> Signature:
    """The whole booking, to be sent."""
    first, *rest = supplier.LEGS
    steps = chain(book.s({**trip, "references": {}}, first), *(book.s(leg) for leg in rest))
    return steps.on_error(roll_back.s())
