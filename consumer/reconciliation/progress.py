"""How far the looks for stopped bookings have come: told with each heartbeat, for the next attempt."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

_SIGN_OF_LIFE = 10.0  # seconds; the SDK passes fewer on, four in five of a heartbeat timeout apart


@dataclass(frozen=True)
class Progress:
    """A look: since when it has to look, when it began, both RFC 3339, and where it is.

    `page` is Temporal's token; None for the first page. Bookings that are stopped meanwhile are on pages
    before it, so the next look goes back to where this one began.
    """

    since: str
    began: str
    page: bytes | None = None

    @classmethod
    def of_last_attempt(cls) -> "Progress | None":
        """What the last attempt told, if there was one."""
        noted = activity.info().heartbeat_details
        return cls(*noted) if noted else None

    def tell(self) -> None:
        """Tell Temporal, which counts it as a sign of life."""
        activity.heartbeat(self.since, self.began, self.page)


def temporals_clock() -> Callable[[], datetime]:
    """The time as Temporal has it, whose times are looked for; this machine's clock may be wrong."""
    began, started = time.monotonic(), activity.info().started_time
    return lambda: started + timedelta(seconds=time.monotonic() - began)


async def rest(seconds: float, progress: Progress) -> None:
    """Wait; raises `ApplicationError` as soon as this process is to stop, so that another one goes on."""
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        progress.tell()
        try:
            await asyncio.wait_for(activity.wait_for_worker_shutdown(), min(left, _SIGN_OF_LIFE))
        except TimeoutError:
            continue
        raise ApplicationError(
            "This consumer stops; another one goes on",
            type="Stopping",
            category=ApplicationErrorCategory.BENIGN,
            next_retry_delay=timedelta(seconds=1),
        )
