"""Requests that expired under a policy are taken out of the check if they were rejected as they should be."""

import pytest

from tests.chaos.load.orders import Kind, Order
from tests.chaos.observation.observed import Answer, Observed
from tests.weather.expired import set_aside

EXPIRED, KEPT = Order("chaos-1-00001", 0.0, Kind.PLAIN), Order("chaos-1-00002", 0.0, Kind.PLAIN)
REJECTION = {"status": "rejected", "reason": {"code": "unavailable"}}
BOOKED = {"status": "booked", "reason": None}
ANSWERS = [Answer(EXPIRED.booking_id, "m1", REJECTION), Answer(KEPT.booking_id, "m2", BOOKED)]
LETTERS: dict[str | None, str | None] = {EXPIRED.booking_id: "dead"}
IDS = [EXPIRED.booking_id, KEPT.booking_id]


def test_what_expired_is_left_out_with_its_answer_and_its_dead_letter() -> None:
    seen = Observed(answers=ANSWERS, dead=["dead", "other"])
    sent, left, wrong = set_aside(IDS, LETTERS, [EXPIRED, KEPT], seen)

    assert (sent, left.answers, left.dead, wrong) == ([KEPT], ANSWERS[1:], ["other"], [])


def test_what_could_not_expire_is_left_to_the_check() -> None:
    seen = Observed(answers=ANSWERS, dead=["dead"])

    assert set_aside([], LETTERS, [EXPIRED, KEPT], seen) == ([EXPIRED, KEPT], seen, [])


@pytest.mark.parametrize(
    ("letters", "seen", "expected"),
    [
        (LETTERS, Observed(answers=[*ANSWERS, Answer(EXPIRED.booking_id, "m3", BOOKED)]), "answered booked"),
        ({}, Observed(answers=ANSWERS), "is no dead letter"),
        (
            LETTERS,
            Observed(answers=ANSWERS, bookings=[{"booking": f"booking-{EXPIRED.booking_id}"}]),
            "the supplier knows it",
        ),
    ],
)
def test_what_expired_and_was_not_simply_rejected_is_wrong(
    letters: dict[str | None, str | None], seen: Observed, expected: str
) -> None:
    _, _, [wrong] = set_aside(IDS, letters, [EXPIRED, KEPT], seen)

    assert wrong.startswith(EXPIRED.booking_id)
    assert expected in wrong
