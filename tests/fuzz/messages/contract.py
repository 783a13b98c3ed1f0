"""The contract, read once more: what may be answered to a message. Knows nothing of how Voyage reads it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fuzz.messages.json_objects import WrongError, is_text, json_object
from tests.fuzz.messages.letters import Letter, To

LIMIT = 64 * 1024
LEGS = ("car", "hotel", "flight")
ID = re.compile(r"[A-Za-z0-9._:-]{1,200}", re.ASCII)
TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
SOON = timedelta(minutes=2)
Answer = tuple[str, str | None]
BOOKED: Answer = ("booked", None)
INVALID: Answer = ("rejected", "invalid")
TOO_LARGE: Answer = ("rejected", "too_large")
CONFLICT: Answer = ("rejected", "conflict")
EXPIRED: Answer = ("rejected", "deadline")
LATE: Answer = ("cancelled", "deadline")
BY_REQUEST: Answer = ("cancelled", "cancelled_by_request")
BY_ITEMS = {
    "invalid": ("cancelled", "refused"),
    "down": ("cancelled", "unavailable"),
    "flaky": ("cancelled", "unavailable"),
}


def answers(letter: Letter, now: datetime) -> set[Answer]:
    """Each true answer to a request, whoever has used its booking id before."""
    wrong: set[Answer] = set()
    if letter.text("type") not in (None, b"booking.request"):
        wrong.add(INVALID)
    if len(letter.body) > LIMIT:
        wrong.add(TOO_LARGE)
    try:
        right = _true(fields(letter.body), now)
    except WrongError as error:
        right = {INVALID, BOOKED} if error.perhaps else {INVALID}
        found = wrong | {INVALID} if wrong else right
    else:
        found = wrong or right
    if letter.to is To.UNDELIVERED:  # whose reason to be there is whatever its headers say
        return found | {INVALID, EXPIRED}
    return found | {EXPIRED} if letter.text("expiration") else found


def booking(letter: Letter) -> str:
    """What makes two requests one booking."""
    try:
        named = fields(letter.body).get("booking_id")
    except WrongError:
        named = None
    if named:
        return str(named)
    own = letter.text("message_id")
    return read(own) if own else repr((letter.body, letter.text("correlation_id")))


def read(raw: bytes) -> str:
    """An id as the contract says that its bytes are read."""
    return raw.decode("utf-8", "backslashreplace")


def fields(body: bytes) -> dict[str, Any]:
    """The fields of a request's body; raises `WrongError`."""
    found = json_object(body)
    for name in ("name", *LEGS):
        if not is_text(found.get(name), 200) or not found[name].strip():
            raise WrongError
    _check_attempts(found.get("attempts"))
    named = found.get("booking_id")
    if named is not None and not (isinstance(named, str) and ID.fullmatch(named)):
        raise WrongError
    found["deadline"] = _time(found["deadline"]) if found.get("deadline") is not None else None
    return found


def booking_of_control(letter: Letter) -> tuple[str, str] | None:
    """Kind and booking id of a control message that means something."""
    kind = {b"booking.cancel": "cancel", b"booking.status": "status"}.get(letter.text("type") or b"")
    try:
        found = json_object(letter.body) if len(letter.body) <= LIMIT else {}
    except WrongError:
        return None
    named, reason = found.get("booking_id"), found.get("reason")
    if kind is None or not is_text(named, 255):
        return None
    if kind == "cancel" and reason is not None and (reason != "" and not is_text(reason, 1000)):
        return None
    return kind, str(named)


def _true(found: dict[str, Any], now: datetime) -> set[Answer]:
    words = " ".join(found[leg] for leg in LEGS)
    right: set[Answer] = {BOOKED} | {answer for word, answer in BY_ITEMS.items() if word in words}
    deadline = found["deadline"]
    if deadline is not None and deadline < now - SOON:
        return {LATE}
    return right | {LATE} if deadline is not None and deadline < now + SOON else right


def _check_attempts(value: object) -> None:
    if value is None:
        return
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}", value):
        value = int(value)
    if type(value) is not int or not 1 <= value <= 100:
        raise WrongError


def _time(value: object) -> datetime:
    match = TIME.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise WrongError
    day, time, _, offset = match.groups()
    try:
        found = datetime.fromisoformat(f"{day}T{time}{'+00:00' if offset in 'Zz' else offset}")
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise WrongError(perhaps=time.endswith("60")) from None
