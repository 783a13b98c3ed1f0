"""The blocking client over a consumer and a worker: what follows a booking, and what books many."""

import asyncio
from contextlib import closing
from uuid import uuid4

from publisher import BlockingClient, BookingRequest
from tests.acceptance.conftest import World


def trips(*hotels: str) -> list[BookingRequest]:
    return [
        BookingRequest(name="Jane", car="c", hotel=hotel, flight="f", booking_id=uuid4().hex)
        for hotel in hotels
    ]


async def test_it_books_many_follows_one_and_a_loop_may_be_left(world: World) -> None:
    await world.everything()
    requests = trips("h", "invalid", "h", "h")

    def work() -> tuple[dict[str, str], list[str], str]:
        with BlockingClient.connect(settings=world.settings) as client:
            ends = {
                one.booking_id: one.result.status.value
                for one in client.book_many(requests, concurrency=2)
                if one.result
            }
            followed = [now.status.value for now in client.watch(requests[0].booking_id or "")]
            with closing(client.book_many(trips("h", "h", "h"), concurrency=1)) as left:
                first = next(left)
            return ends, followed, first.result.status.value if first.result else str(first.error)

    ends, followed, first = await asyncio.to_thread(work)
    assert [ends[request.booking_id or ""] for request in requests] == [
        "booked",
        "cancelled",
        "booked",
        "booked",
    ]
    assert (followed, first) == (["booked"], "booked")
