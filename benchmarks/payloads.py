"""`python -m benchmarks.payloads`: CPU time of our JSON for Temporal against the SDK's own, by turns."""

import statistics
import time
from collections.abc import Callable

from temporalio.converter import DefaultPayloadConverter, PayloadConverter

from saga.models import (
    Booked,
    BookingOutcome,
    BookingStatus,
    BookVacationInput,
    LegOutcome,
    LegStatus,
    ReplyCallback,
)
from saga.payloads import payload_converter

ROUNDS, TIMES = 9, 1000
CALLER = ReplyCallback(
    activity="publish_result", task_queue="replies", context={"reply_to": "booking.results"}
)
LEGS = [
    LegOutcome(leg=leg, item="x", status=LegStatus.BOOKED, reference="r", attempts=1)
    for leg in ("car", "hotel")
]
VALUES = (
    BookVacationInput(
        book_user_id="Jane", book_car_id="c", book_hotel_id="h", book_flight_id="f", reply=CALLER
    ),
    Booked("CAR-1", 1),
    BookingOutcome(user_id="Jane", status=BookingStatus.BOOKED, result="Booked", legs=LEGS),
)


def main() -> None:
    """Print µs per value of both, for each kind of value that a booking passes on, and the ratio."""
    ours, theirs = payload_converter.PayloadConverter(), DefaultPayloadConverter()
    for value in VALUES:
        for what, work in (("write", _write), ("read", _read)):
            pairs = [(work(ours, value), work(theirs, value)) for _ in range(ROUNDS)]
            mine, sdks = (statistics.median(times) for times in zip(*pairs, strict=True))
            ratio = statistics.median(sdk / own for own, sdk in pairs)
            print(
                f"{what} {type(value).__name__:18} {mine:6.1f} µs, the SDK's {sdks:6.1f}: {ratio:.1f} times"
            )


def _write(converter: PayloadConverter, value: object) -> float:
    return _took(lambda: converter.to_payloads([value]))


def _read(converter: PayloadConverter, value: object) -> float:
    written = converter.to_payloads([value])
    return _took(lambda: converter.from_payloads(written, [type(value)]))


def _took(work: Callable[[], object]) -> float:
    began = time.process_time()
    for _ in range(TIMES):
        work()
    return (time.process_time() - began) / TIMES * 1e6


if __name__ == "__main__":
    main()
