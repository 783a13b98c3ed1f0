"""The promise, checked: each booking whole or undone, and answered. Pure: what was seen → what is wrong."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from publisher.contract.result import Status
from tests.chaos.load.items import group_numbers
from tests.chaos.load.orders import Order
from tests.chaos.load.poison import Poison
from tests.chaos.observation.leaks import grown
from tests.chaos.observation.observed import Answer, Observed

UNDOING = {"undone", "nothing to undo"}


def violations(sent: Sequence[Order | Poison], seen: Observed) -> list[str]:
    """Everything that breaks the promise, one line each; empty if it held."""
    answers: dict[str | None, list[Answer]] = defaultdict(list)
    for answer in seen.answers:
        answers[answer.correlation_id].append(answer)
    orders = [message for message in sent if isinstance(message, Order)]
    poison = [message for message in sent if isinstance(message, Poison)]
    rows, changes = _by_booking(seen)
    wrong: list[str] = []
    for order in orders:
        own = f"booking-{order.booking_id}"
        said = [answer for name in order.correlation_ids for answer in answers[name]]
        complaints = [
            *_unanswered(order, answers),
            *_contradictions(said),
            *_untrue(order, said, rows[own]),
            *_out_of_order(order, changes[own]),
            *_undone_in_vain(order, changes[own]),
        ]
        wrong += [f"{order.booking_id} ({order.kind}): {complaint}" for complaint in complaints]
    for message in poison:
        wrong += [
            f"{message.message_id} (poison): {text}"
            for text in _rejection(message, answers[message.message_id])
        ]
    known = {name for order in orders for name in order.correlation_ids} | {p.message_id for p in poison}
    wrong += [f"an answer that nobody asked for: {name}" for name in answers if name not in known]
    return [*wrong, *_left_over(orders, poison, seen), *grown(seen.samples)]


def _unanswered(order: Order, answers: Mapping[str | None, Sequence[Answer]]) -> Iterator[str]:
    for name in order.correlation_ids:
        if not answers.get(name):
            yield f"no result under the correlation id {name}"


def _contradictions(said: Sequence[Answer]) -> Iterator[str]:
    for one, other in pairwise(said):
        if {**one.body, "duplicate": None} != {**other.body, "duplicate": None}:
            yield f"two answers: {one.body} and {other.body}"
        if one.message_id != other.message_id:
            yield f"one answer under two message ids: {one.message_id} and {other.message_id}"


def _untrue(order: Order, said: Sequence[Answer], rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What the answers say, against what the supplier has and what could have come of this booking."""
    live = sorted(row["leg"] for row in rows if row["state"] == "booked")
    if not said:
        return
    result = said[0].body
    if result["status"] not in order.may_end:
        yield f"ended {result['status']}, not {' or '.join(sorted(order.may_end))}: {result['reason']}"
    open_legs = sorted(leg["leg"] for leg in result["legs"] if leg["status"] == "undo_failed")
    expected = {Status.BOOKED: sorted(order.items), Status.FAILED: open_legs}.get(result["status"], [])
    # What can't be undone is open even if nobody can say whether it is booked.
    unsure = [leg for leg in open_legs if not order.trip.declared_legs[leg].undo and leg not in live]
    if sorted([*live, *unsure]) != expected:
        yield f"{result['status']}, but live at the supplier: {live}"
    if [leg["leg"] for leg in result["legs"]] != list(order.items):
        yield f"legs of another plan: {[leg['leg'] for leg in result['legs']]}"
    if result["status"] == Status.BOOKED:
        references = {row["leg"]: row["reference"] for row in rows}
        told = {leg["leg"]: leg["reference"] for leg in result["legs"]}
        if told != references:
            yield f"references {told}, but the supplier's are {references}"


def _out_of_order(order: Order, changes: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Groups are booked in order and undone in reverse; the first of each counts, as repeats may be late."""
    group = group_numbers(order.trip)
    booked = list(dict.fromkeys(leg for leg, change in changes if change == "booked"))
    undone = list(dict.fromkeys(leg for leg, change in changes if change in UNDOING))
    if booked != sorted(booked, key=group.__getitem__):
        yield f"booked in the order {booked}"
    if undone != sorted(undone, key=group.__getitem__, reverse=True):
        yield f"undone in the order {undone}"


def _undone_in_vain(order: Order, changes: Sequence[tuple[str, str]]) -> Iterator[str]:
    legs = order.trip.declared_legs
    for leg in dict.fromkeys(leg for leg, change in changes if change in UNDOING and not legs[leg].undo):
        yield f"{leg} can't be undone, but its undo was asked for"


def _rejection(poison: Poison, said: Sequence[Answer]) -> Iterator[str]:
    if poison.is_answered and not said:
        yield "no rejection"
    if said and not poison.is_answered:
        yield "an answer, though it has no address"
    if statuses := {answer.body["status"] for answer in said} - {Status.REJECTED}:
        yield f"answered {statuses}"
    if len({answer.message_id for answer in said}) > 1:
        yield "rejections under different message ids"


def _left_over(orders: Sequence[Order], poison: Sequence[Poison], seen: Observed) -> Iterator[str]:
    """Queues hold nothing but the poison, in the dead-letter queue; only what needs a person still runs."""
    for queue, depth in seen.queues.items():
        if depth.ready or depth.unacked:
            yield f"queue {queue} is not empty: {depth.ready} waiting, {depth.unacked} not acked"
    expected = {message.message_id for message in poison if message.is_request}
    for missing in expected - set(seen.dead):
        yield f"poison {missing} is not in the dead-letter queue"
    for unknown in set(seen.dead) - expected:
        yield f"a dead letter that is no poison: {unknown}"
    ids = [f"booking-{order.booking_id}" for order in orders if Status.FAILED in order.may_end]
    for_a_person = {name for own in ids for name in (own, f"manual-intervention-{own}")}
    for workflow_id in set(seen.running) - for_a_person:
        yield f"workflow {workflow_id} still runs"
    for process in seen.ended:
        yield f"{process} ended, and nobody had ended it"


def _by_booking(
    seen: Observed,
) -> tuple[dict[str, list[Mapping[str, Any]]], dict[str, list[tuple[str, str]]]]:
    """The ledger's rows, and its changes as (leg, change), by workflow id."""
    rows: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    changes: dict[str, list[tuple[str, str]]] = defaultdict(list)
    owners = {row["key"]: (row["booking"], row["leg"]) for row in seen.bookings}
    for row in seen.bookings:
        rows[row["booking"]].append(row)
    for change in sorted(seen.changes, key=lambda change: int(change["number"])):
        booking, leg = owners[change["key"]]
        changes[booking].append((leg, change["change"]))
    return rows, changes
