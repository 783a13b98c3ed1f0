"""From the body of a message to a valid request or a JSON object, by the rules of the contract."""

from typing import Any

from pydantic import ValidationError

from consumer.errors import InvalidRequestError
from publisher.contract.places import problems
from publisher.contract.request import MAX_BODY_BYTES
from publisher.contract.strict_json import kind_of, loads
from voyage.trips import Trip
from voyage.trips.reading import read_model


def parse_request(body: bytes, trip: type[Trip]) -> Trip:
    """The request for such a trip in a body; raises `InvalidRequestError` with a code and a text."""
    given = parse_json_object(body)
    try:
        return read_model(trip, given)
    except ValidationError as invalid:
        raise InvalidRequestError("invalid", "; ".join(problems(invalid, given))) from None


def parse_json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body: at most 64 KiB of UTF-8, with or without BOM, each key once, no NaN."""
    if len(body) > MAX_BODY_BYTES:
        raise InvalidRequestError(
            "too_large", f"The body has {len(body)} bytes; {MAX_BODY_BYTES} are allowed"
        )
    try:
        value = loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise InvalidRequestError("invalid", f"The body is not JSON in UTF-8: {reason}") from None
    if not isinstance(value, dict):
        raise InvalidRequestError("invalid", f"The body must be a JSON object, not {kind_of(value)}")
    return value
