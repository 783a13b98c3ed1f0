"""What the contract asks of JSON: an object in UTF-8, with each key once and no number that is none."""

import json
import re
from typing import Any


class WrongError(Exception):
    """It is no request; `perhaps` if the contract doesn't say so clearly."""

    def __init__(self, *, perhaps: bool = False) -> None:
        super().__init__()
        self.perhaps = perhaps


def json_object(body: bytes) -> dict[str, Any]:
    """The object in a body, each key once; raises `WrongError`."""
    try:
        found = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except ValueError:
        raise WrongError(perhaps=re.search(rb"\d{4300}", body) is not None) from None
    except RecursionError:
        raise WrongError(perhaps=True) from None
    if not isinstance(found, dict):
        raise WrongError
    return found


def is_text(value: object, longest: int) -> bool:
    """Whether it is a text of so many characters that UTF-8 can take."""
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        return False
    return not re.search("[\ud800-\udfff]", value)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise WrongError
    return dict(pairs)


def _no_number(_: str) -> float:
    raise WrongError
