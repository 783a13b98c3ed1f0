"""What a caller asks for: which trip, under which id, and how long to wait for the answer."""

import math
import re
from typing import Any, cast

from aiohttp import web
from pydantic import ValidationError

from examples.http.problems import BAD_REQUEST, WRONG_TYPE, ProblemError, invalid
from publisher.contract.places import mistakes
from publisher.contract.strict_json import loads
from voyage.trips import Trip
from voyage.trips.reading import read_model

KEY = "Idempotency-Key"
_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,9})\"?\s*(?:[,;]|$)", re.IGNORECASE | re.ASCII)
_AT_ONCE = re.compile(r"(?:^|[,;])\s*respond-async\s*(?:[,;]|$)", re.IGNORECASE)


async def trip(request: web.Request, kind: type[Trip]) -> Trip:
    """The trip in a body of JSON, under the `Idempotency-Key` if there is one; raises `ProblemError`."""
    if request.content_type != "application/json":
        raise ProblemError(WRONG_TYPE, "Send JSON, with -H 'Content-Type: application/json'")
    try:
        parsed: object = loads(await request.text())
    except (ValueError, RecursionError) as error:
        raise ProblemError(BAD_REQUEST, f"The body is not JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise ProblemError(BAD_REQUEST, "The body must be a JSON object")
    fields = cast("dict[str, Any]", parsed)
    key = request.headers.get(KEY, "").strip('" ')
    if key and fields.get("booking_id") not in (None, key):
        raise ProblemError(BAD_REQUEST, f"The body's booking_id and the header {KEY} are two ids; send one")
    given = {**fields, "booking_id": key or fields.get("booking_id")}
    try:
        return read_model(kind, given)
    except ValidationError as error:
        raise invalid(mistakes(error, given)) from None


def patience(request: web.Request, longest: float) -> float:
    """Seconds to wait for the answer, by `Prefer: wait=SECONDS` or `respond-async` (RFC 7240)."""
    preferences = ",".join(request.headers.getall("Prefer", []))
    wait = _WAIT.search(preferences)
    asked = float(wait[1]) if wait else 0.0 if _AT_ONCE.search(preferences) else math.inf
    return min(asked, longest)
