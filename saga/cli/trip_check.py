"""Whether every worker has the legs of the trip that is booked here: each poller's identity tells."""

from temporalio.client import Client

from saga.temporal.poller_checks import ACTIVITIES, recent_pollers
from saga.temporal.server_limit import or_limited
from voyage.runtime.check_results import CheckResult, CheckState
from voyage.trips import Trip
from voyage.trips.loading import name_of
from voyage.trips.mark import mark_of


@or_limited
async def check(name: str, client: Client, task_queue: str, trip: type[Trip]) -> CheckResult:
    """Whether none of the workers on this task queue has another trip."""
    found = f"{name_of(trip)}, {', '.join(trip.declared_legs)}"
    identities = {poller.identity for poller in await recent_pollers(client, task_queue, ACTIVITIES)}
    marks = [identity.rpartition(" ")[2] for identity in identities if " " in identity]
    others = sorted({mark.partition("#")[0] for mark in marks if mark != mark_of(trip)})
    if not others:
        return CheckResult(name, CheckState.OK, found)
    to_do = (
        f"Start every voyage-worker with VOYAGE_TRIP={name_of(trip)} and the module that is here; "
        "its bookings wait up to ten minutes for a worker that has their legs"
    )
    return CheckResult(name, CheckState.FAILED, f"{found}; workers have another: {', '.join(others)}", to_do)
