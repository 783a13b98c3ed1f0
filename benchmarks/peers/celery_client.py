"""Books on Celery as a web service in threads would: send the chain, wait for the result of its last task."""

from benchmarks.peers import lines
from benchmarks.peers.celery_service import saga
from benchmarks.peers.supplier import LEGS, RefusedError

PATIENCE = 60.0


def book(trip: dict[str, str]) -> str:
    """Book one trip; the status."""
    try:
        booking = saga(trip).apply_async().get(timeout=PATIENCE)
    except RefusedError:
        return "cancelled"
    return "booked" if len(booking["references"]) == len(LEGS) else "incomplete"


if __name__ == "__main__":
    lines.serve_in_threads(book)
