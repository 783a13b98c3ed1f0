"""From a request to what Temporal is given for it."""

from typing import Any, cast

from consumer.requests.decision import Start
from consumer.settings import ConsumerSettings
from consumer.temporal.booking_lookup import FINGERPRINT, OWNER, USER_ID
from saga.legs import field_of, legs_of
from saga.models import AnyBooking, BookingInput, BookVacationInput, PlannedLeg
from voyage.trips import Trip
from voyage.trips.tutorial import BookingRequest
from voyage.trips.words import items_in

LONGEST_SUMMARY = 600  # characters
_TOLD_ELSEWHERE = {"attempts", "booking_id", "deadline"}


def booking_input(start: Start, settings: ConsumerSettings) -> AnyBooking:
    """What the workflow is started with: its plan is the trip as it is declared now."""
    request = start.request
    as_json = request.model_dump(mode="json", by_alias=True)
    words = items_in(request, as_json)
    common: dict[str, Any] = {
        "book_user_id": start.user_id,
        "attempts": request.attempts,
        "deadline": request.deadline,
        "reply": start.reply_address.to_callback(settings),
        "policy": settings.policy,
    }
    if type(request) is BookingRequest:
        items = {field_of(leg): as_json[leg] for leg in words}
        return BookVacationInput(**common, **items, plan=[_planned(request, leg) for leg in words])
    plan = [_planned(request, leg, item=as_json[leg], words=words[leg]) for leg in words]
    others = type(request).model_fields.keys() - type(request).declared_legs.keys() - _TOLD_ELSEWHERE
    details = {name: as_json[name] for name in sorted(others) if as_json[name] is not None}
    return BookingInput(**common, plan=plan, details=details)


def memo_of(start: Start) -> dict[str, str]:
    """What can be read of a booking without its history: enough to tell a repeat from a conflict."""
    owner = {OWNER: start.owner} if start.owner else {}
    return {FINGERPRINT: start.fingerprint, USER_ID: start.user_id, **owner}


def summary_of(booking: AnyBooking) -> str:
    """What is to be booked, in one line, for Temporal's UI."""
    return ", ".join(leg.words for leg in legs_of(booking))[:LONGEST_SUMMARY]


def _planned(trip: Trip, name: str, **item: Any) -> PlannedLeg:
    leg = type(trip).declared_legs[name]
    planned: dict[str, Any] = {"name": name, **item, **leg.policy}
    if item and item["words"] == item["item"]:
        del planned["words"]
    if leg.together is not None:
        planned["together"] = leg.together
    if not leg.undo:
        planned["undo"] = False
    return cast("PlannedLeg", planned)
