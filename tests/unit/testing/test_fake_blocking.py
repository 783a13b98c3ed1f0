"""The fake serves blocking clients as well, and what is handled by callbacks."""

import pytest

from publisher import BlockingClient, BookingRequest, ClientClosedError, Status
from voyage.testing import FakeVoyage

TRIP = BookingRequest(booking_id="trip-1", name="J", car="c", hotel="h", flight="f")


def test_a_blocking_client_over_the_fake() -> None:
    voyage = FakeVoyage()
    with BlockingClient(voyage.connect) as client:
        booked = client.book(TRIP)
        assert (booked.status, client.status("trip-1").status) == (Status.BOOKED, Status.BOOKED)
        many = client.book_many(TRIP.model_copy(update={"booking_id": f"t-{n}"}) for n in range(5))
        assert sorted(one.booking_id for one in many) == [f"t-{n}" for n in range(5)]
        assert [now.status for now in client.watch("t-1")] == [Status.BOOKED]
    with pytest.raises(ClientClosedError):
        client.book(TRIP)


def test_callbacks_in_threads_and_one_that_fails() -> None:
    voyage, seen = FakeVoyage(), list[str | None]()
    with BlockingClient(voyage.connect) as client:
        result = client.book(TRIP)
        for number in range(4):
            voyage.sends(result.model_copy(update={"booking_id": f"b-{number}"}))

        def note(answer: object) -> None:
            seen.append(getattr(answer, "booking_id", None))
            if seen.count("b-1") == 1 and seen[-1] == "b-1":
                raise ValueError("once")
            if len(seen) == 5:
                client.close()

        with pytest.raises(ClientClosedError):
            client.handle(note, concurrency=1)
    assert seen == ["b-0", "b-1", "b-2", "b-3", "b-1"]
