"""Requests that a policy let expire: each is rejected and dead-lettered, or booked all the same."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from publisher.contract.result import Status
from tests.chaos.load.orders import Order
from tests.chaos.load.poison import Poison
from tests.chaos.observation.observed import Observed

Sent = Sequence[Order | Poison]


def set_aside(
    may_expire: Collection[str], letters: Mapping[str | None, str | None], sent: Sent, seen: Observed
) -> tuple[Sent, Observed, list[str]]:
    """What is left for the check when the expired ones are taken out, and what is wrong with these.

    `may_expire` are the booking ids, `letters` the message ids of dead letters by their correlation ids.
    """
    answers = [answer for answer in seen.answers if answer.correlation_id in may_expire]
    expired = {answer.correlation_id for answer in answers if answer.body["status"] == Status.REJECTED}
    wrong = [
        f"{answer.correlation_id} expired, but was answered {answer.body['status']}: {answer.body['reason']}"
        for answer in answers
        if answer.correlation_id in expired and (answer.body["reason"] or {}).get("code") != "unavailable"
    ]
    wrong += [f"{own} expired, and is no dead letter" for own in expired if own not in letters]
    booked = {row["booking"] for row in seen.bookings}
    wrong += [f"{own} expired, but the supplier knows it" for own in expired if f"booking-{own}" in booked]
    dead = {letters.get(own) for own in expired}
    return (
        [one for one in sent if not (isinstance(one, Order) and one.booking_id in expired)],
        replace(
            seen,
            answers=[answer for answer in seen.answers if answer.correlation_id not in expired],
            dead=[own for own in seen.dead if own not in dead],
        ),
        wrong,
    )
