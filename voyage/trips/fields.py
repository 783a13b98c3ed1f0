"""The wire contract's table "Request", field by field: what is accepted, and the JSON schema of that."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    StringConstraints,
    WithJsonSchema,
)

DEFAULT_ATTEMPTS = 5

_RFC3339 = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
_DIGITS = re.compile(r"\d{1,3}", re.ASCII)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def _whole_number(value: object) -> object:
    """The contract's integers: 5 and "5", but not true, 5.0, "5.0" or " 5 "; null counts as absent."""
    if value is None:
        return DEFAULT_ATTEMPTS
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if type(value) is not int:
        raise ValueError("must be a whole number from 1 to 100")
    return value


def _in_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be in the years 1 to 9999, in UTC too") from None


def _rfc3339(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(_RFC3339, value):
        raise ValueError("must be an RFC 3339 time with offset, such as 2030-01-31T12:00:00Z")
    if not isinstance(value, str | datetime | None):
        raise ValueError("must be an RFC 3339 time in a string")  # noqa: TRY004 -- pydantic wants ValueError
    return value


Text = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=200),
    AfterValidator(_not_blank),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"\S"}),
]
Attempts = Annotated[
    int,
    BeforeValidator(_whole_number),
    Field(
        ge=1,
        le=100,
        description="Tries per leg, the first included; digits in a string are accepted, 5.0 is not.",
    ),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": 100},
                {"type": "string", "pattern": "^(0{0,2}[1-9]|0?[1-9][0-9]|100)$"},
                {"type": "null"},
            ]
        }
    ),
]
BookingId = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._:-]+$")
]
Deadline = Annotated[
    AwareDatetime,
    BeforeValidator(_rfc3339),
    AfterValidator(_in_utc),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": f"^{_RFC3339}$"}),
]
