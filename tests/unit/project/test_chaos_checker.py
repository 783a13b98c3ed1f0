"""The chaos run's checker sees each way in which the promise can be broken, and nothing where it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.load.orders import Kind, Order
from tests.chaos.load.poison import Poison
from tests.chaos.observation.checker import violations
from tests.chaos.observation.observed import Answer, Depth, Observed, Sample
from tests.chaos.safari import Safari
from tests.fuzz.messages.letters import Letter, Reply, To
from voyage.trips.tutorial import BookingRequest

LEGS = tuple(BookingRequest.declared_legs)
ITEMS = dict.fromkeys(LEGS, "plain")
PLAIN = Order("b1", 0.0, Kind.PLAIN, ITEMS, again_after=3.0)
REFUSED = Order("b2", 0.0, Kind.REFUSED, ITEMS)
BROKEN = Order("b3", 0.0, Kind.BROKEN, ITEMS)
POISON = Poison("p1", 0.0, Letter(To.REQUESTS, b"not json", Reply.RESULTS))
UNANSWERED = replace(POISON, message_id="p2", letter=replace(POISON.letter, reply=Reply.FORBIDDEN))
DROPPED = replace(POISON, message_id="p3", letter=replace(POISON.letter, to=To.CONTROL))
SENT = (PLAIN, REFUSED, BROKEN, POISON, UNANSWERED, DROPPED)


def result(status: str, legs: Mapping[str, str], **more: Any) -> dict[str, Any]:
    told = [{"leg": leg, "status": legs[leg], "reference": f"{leg}-ref"} for leg in legs]
    return {"status": status, "legs": told, "reason": None, "duplicate": False, **more}


BOOKED = result("booked", dict.fromkeys(LEGS, "booked"))
CANCELLED = result("cancelled", {"car": "undone", "hotel": "refused", "flight": "not_tried"})
FAILED = result("failed", {"car": "undo_failed", "hotel": "refused", "flight": "not_tried"})


def row(booking: str, leg: str, state: str = "booked", key: str = "") -> dict[str, Any]:
    own = f"booking-{booking}"
    key = key or f"{own}:{leg}"
    return {"key": key, "booking": own, "leg": leg, "reference": f"{leg}-ref", "state": state}


def changes(*made: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"number": number, "key": key, "change": change} for number, (key, change) in enumerate(made)]


ROWS = [
    *(row("b1", leg) for leg in LEGS),
    row("b2", "car", "undone"),
    row("b2", "hotel", "undone"),
    row("b3", "car"),
]
CHANGES = changes(
    *((f"booking-b1:{leg}", "booked") for leg in LEGS),
    ("booking-b2:car", "booked"),
    ("booking-b2:hotel", "nothing to undo"),
    ("booking-b2:car", "undone"),
    ("booking-b2:hotel", "nothing to undo"),  # a late repeat, which is fine
    ("booking-b3:car", "booked"),
)
ANSWERS = (
    Answer("b1", "m1", BOOKED),
    Answer("b1", "m1", BOOKED),
    Answer("b1.again", "m1", {**BOOKED, "duplicate": True}),
    Answer("b2", "m2", CANCELLED),
    Answer("b3", "m3", FAILED),
    Answer("p1", "m4", result("rejected", {})),
)
FINE = Observed(
    answers=ANSWERS,
    bookings=ROWS,
    changes=CHANGES,
    queues={"booking.requests": Depth(0, 0), "booking.results.parked": Depth(0, 0)},
    dead=["p1", "p1", "p2"],
    running=["booking-b3", "manual-intervention-booking-b3"],
)


def without(correlation_id: str) -> Sequence[Answer]:
    return [answer for answer in ANSWERS if answer.correlation_id != correlation_id]


def instead(correlation_id: str, *answers: Answer) -> Observed:
    return replace(FINE, answers=[*without(correlation_id), *answers])


def test_a_promise_that_held_has_no_violations() -> None:
    assert violations(SENT, FINE) == []


TWO_LIVE = [*ROWS, row("b1", "hotel", key="another")]
FORWARD = changes(("booking-b2:car", "undone"), ("booking-b2:hotel", "nothing to undo"))
PLANTED = {
    "lost": (replace(FINE, answers=without("b1")), "no result under the correlation id b1"),
    "a repeat not answered": (replace(FINE, answers=without("b1.again")), "correlation id b1.again"),
    "two answers": (instead("b1", Answer("b1", "m1", CANCELLED)), "two answers"),
    "two ids": (instead("b1", Answer("b1", "m9", BOOKED)), "two message ids"),
    "a leg live twice": (replace(FINE, bookings=TWO_LIVE), "'hotel', 'hotel'"),
    "a leg missing": (
        replace(FINE, bookings=ROWS[1:], changes=()),
        "live at the supplier: ['flight', 'hotel']",
    ),
    "not undone": (replace(FINE, bookings=[*ROWS[:3], row("b2", "car"), *ROWS[4:]]), "cancelled, but live"),
    "a refused trip booked": (instead("b2", Answer("b2", "m2", BOOKED)), "ended booked, not cancelled"),
    "failed for no reason": (instead("b2", Answer("b2", "m2", FAILED)), "ended failed, not cancelled"),
    "undone forwards": (replace(FINE, changes=FORWARD), "undone in the order ['car', 'hotel']"),
    "booked backwards": (
        replace(FINE, changes=changes(("booking-b1:hotel", "booked"), ("booking-b1:car", "booked"))),
        "booked in the order ['hotel', 'car']",
    ),
    "another reference": (
        instead("b1", *(replace(a, body=result("booked", {"car": "booked"})) for a in ANSWERS[:3])),
        "the supplier's are",
    ),
    "poison not rejected": (replace(FINE, answers=without("p1")), "no rejection"),
    "poison not kept": (replace(FINE, dead=[]), "poison p1 is not in the dead-letter queue"),
    "poison without an address answered": (
        instead("p2", Answer("p2", "m", result("rejected", {}))),
        "p2 (poison): an answer, though",
    ),
    "poison without an address not kept": (replace(FINE, dead=["p1"]), "poison p2 is not in"),
    "a control message kept": (replace(FINE, dead=["p1", "p2", "p3"]), "that is no poison: p3"),
    "a good one dead-lettered": (replace(FINE, dead=["p1", "p2", "x"]), "a dead letter that is no poison: x"),
    "parked": (replace(FINE, queues={"booking.results.parked": Depth(1, 0)}), "parked is not empty: 1"),
    "not acked": (replace(FINE, queues={"booking.requests": Depth(0, 2)}), "2 not acked"),
    "still running": (replace(FINE, running=["booking-b1"]), "workflow booking-b1 still runs"),
    "nobody's answer": (instead("x", Answer("x", "m", BOOKED)), "nobody asked for: x"),
    "ended by itself": (replace(FINE, ended=["worker-1"]), "worker-1 ended"),
}


@pytest.mark.parametrize(("seen", "said"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_violation_is_found(seen: Observed, said: str) -> None:
    found = violations(SENT, seen)

    assert any(said in line for line in found), found


SAFARI = Order(
    "s1",
    0.0,
    Kind.REFUSED,
    {"jeep": {"seats": 1, "note": "plain"}, "lodge": "plain", "guide": "plain", "voucher": "fault=refuse"},
    trip=Safari,
)
FORGOTTEN = {"jeep": "undone", "lodge": "undone", "guide": "undone", "voucher": "undo_failed"}


def safari(made: Sequence[tuple[str, str]], status: str, **legs: str) -> list[str]:
    told = result(status, {**FORGOTTEN, **legs})
    undone = {leg for leg, change in made if change in {"undone", "nothing to undo"}}
    rows = [
        row("s1", leg, "undone" if leg in undone else "booked") for leg in dict.fromkeys(dict(made).keys())
    ]
    seen = Observed(
        answers=[Answer("s1", "m", told)],
        bookings=rows,
        changes=changes(*((f"booking-s1:{leg}", change) for leg, change in made)),
    )
    return violations([SAFARI], seen)


BOOKED_STAY = [("jeep", "booked"), ("guide", "booked"), ("lodge", "booked")]
UNDONE_STAY = [("lodge", "undone"), ("guide", "undone"), ("jeep", "undone")]


def test_legs_of_a_group_have_no_order_among_them() -> None:
    assert safari([*BOOKED_STAY, *UNDONE_STAY], "cancelled", voucher="refused") == []
    [found] = safari([*BOOKED_STAY, *UNDONE_STAY[::-1]], "cancelled", voucher="refused")
    assert "undone in the order ['jeep', 'guide', 'lodge']" in found


def test_what_cant_be_undone_may_be_live_if_it_is_told_as_open_and_is_never_undone() -> None:
    lost = [*BOOKED_STAY, ("voucher", "booked"), *UNDONE_STAY]
    assert safari(lost, "failed") == []
    assert safari([*BOOKED_STAY, *UNDONE_STAY], "failed") == []
    [live] = safari(lost, "cancelled", voucher="refused")
    assert "cancelled, but live at the supplier: ['voucher']" in live
    [undone] = safari([*BOOKED_STAY, ("voucher", "nothing to undo"), *UNDONE_STAY], "failed")
    assert "voucher can't be undone, but" in undone


def samples(memory: Sequence[float]) -> list[Sample]:
    return [Sample(at * 10.0, "worker-1", 7, held, 9, 5, 20) for at, held in enumerate(memory)]


def test_a_process_that_grows_is_found_and_one_that_warms_up_is_not() -> None:
    grows = replace(FINE, samples=samples([80.0 + 5 * step for step in range(40)]))
    warms_up = replace(FINE, samples=samples([80.0, *[140.0] * 40]))
    has_a_burst = replace(FINE, samples=samples([*[80.0] * 25, *[200.0] * 14, 85.0]))

    assert [line[:14] for line in violations(SENT, grows)] == ["worker-1 grew:"]
    assert violations(SENT, warms_up) == []
    assert violations(SENT, has_a_burst) == []
