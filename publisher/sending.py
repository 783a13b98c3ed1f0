"""What is known of a message that a client sends: the booking's id, and whether it was sent."""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from publisher.errors import ClientError, Sent
from voyage.trips import Trip

AWAY = "RabbitMQ is away: "
_ids: dict[int, str] = {}


def id_of(request: Trip) -> str:
    """The booking id of a request: its own, or one that stays with this object, so that a retry is safe."""
    if not isinstance(request, Trip):
        raise TypeError(f"takes a request such as BookingRequest(…), not {type(request).__name__}")
    if request.booking_id:
        return request.booking_id
    key = id(request)
    if key not in _ids:
        _ids[key] = uuid4().hex
        weakref.finalize(request, _ids.pop, key, None).atexit = False
    return _ids[key]


@dataclass
class Sending:
    """One message on its way; `sent` is what would be true if it failed now."""

    booking_id: str
    sent: Sent = Sent.NO
    tries: int = 0

    @contextmanager
    def told_by_errors(self) -> Iterator[None]:
        """Let every error of a client that leaves the block say both."""
        try:
            yield
        except ClientError as error:
            error.booking_id = self.booking_id
            error.sent = error.sent or self.sent
            raise

    def begun(self) -> None:
        """From here on RabbitMQ may have it."""
        self.sent = Sent.MAYBE
        self.tries += 1

    @contextmanager
    def refused_by(self, *refusals: type[ClientError]) -> Iterator[None]:
        """These say that a message was not taken: so it surely wasn't sent, if that was the only try."""
        try:
            yield
        except refusals:
            if self.tries == 1:
                self.sent = Sent.NO
            raise

    def late(self, *, is_away: bool) -> str:
        """What to say when no result came in time, and RabbitMQ `is_away` then, or isn't."""
        begin = f"{AWAY}n" if is_away else "N"
        said = {
            Sent.NO: "its request was not sent, as RabbitMQ does not answer. Book again under its id.",
            Sent.MAYBE: "its request may have been sent. Book again under its id: it books once.",
            Sent.SAFE: "it goes on. Book again under its id to get it.",
        }
        return f"{begin}o result for booking {self.booking_id!r}; {said[self.sent]}"
