"""Whether a request stays the same when it is written as JSON and read again, as on its way to suppliers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from voyage.trips.reading import read_model
from voyage.trips.trip import Trip

WIDEST = 60  # characters of a value that is shown
_ABSENT = object()


@dataclass(frozen=True)
class Change:
    """A place in a request's JSON, and what stood there first and then; no place is the whole."""

    place: str
    before: Any
    after: Any

    @property
    def values(self) -> str:
        """Both values as JSON, cut where they are long."""
        return f"{_shown(self.before)}, then {_shown(self.after)}"


def as_written(request: Trip) -> dict[str, Any]:
    """The JSON of a request's body."""
    return dict(json.loads(request.to_body()))


def why_unstable(request: Trip) -> str:
    """What is otherwise when the request is written and read once more, in words; empty if nothing is.

    A worker reads again what a consumer has read, so a supplier would get another value than the answer says.
    """
    try:
        written = as_written(request)
        change = first_change(written, as_written(read_model(type(request), written)))
    except ValidationError as invalid:
        place, said = first_mistake(invalid)
        return f"{_before(place)}can't be read a second time ({said.removeprefix('Value error, ')})"
    except Exception as error:  # noqa: BLE001 -- other people's code
        return f"can't be written as JSON ({type(error).__name__}: {error})"
    return f"{_before(change.place)}{told(change)}" if change else ""


def told(change: Change) -> str:
    """What is wrong with a validator that changes what it has given itself."""
    return (
        f"changes each time that it is read ({change.values}), and client, consumer and worker read it;"
        " let its validator give the same the second time"
    )


def first_change(before: Any, after: Any, place: str = "") -> Change | None:
    """The first place at which two JSON values differ; 1 and 1.0 don't."""
    if isinstance(before, dict) and isinstance(after, dict):
        pairs = [(key, before.get(key, _ABSENT), after.get(key, _ABSENT)) for key in {**before, **after}]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = [(str(at), one, other) for at, (one, other) in enumerate(zip(before, after, strict=True))]
    elif before == after and isinstance(before, bool) == isinstance(after, bool):
        return None
    else:
        return Change(place, before, after)
    deeper = (first_change(one, other, f"{place}.{key}" if place else key) for key, one, other in pairs)
    return next(filter(None, deeper), None)


def first_lost(given: Mapping[str, Any], written: Mapping[str, Any]) -> Change | None:
    """The first place that was given a value and has none: its validator returns nothing, most likely."""
    return _lost(given, {**dict.fromkeys(given), **written}, "")


def _lost(given: Any, written: Any, place: str) -> Change | None:
    if given is not None and written is None:
        return Change(place, given, None)
    pairs: list[tuple[str, Any, Any]] = []
    if isinstance(given, dict) and isinstance(written, dict):
        pairs = [(key, given[key], written[key]) for key in given if key in written]
    elif isinstance(given, list) and isinstance(written, list):
        pairs = [(str(at), one, other) for at, (one, other) in enumerate(zip(given, written, strict=False))]
    deeper = (_lost(one, other, f"{place}.{key}" if place else key) for key, one, other in pairs)
    return next(filter(None, deeper), None)


def first_mistake(invalid: ValidationError) -> tuple[str, str]:
    """Where it is, and what pydantic says."""
    first = invalid.errors(include_url=False, include_input=False)[0]
    return ".".join(map(str, first["loc"])), first["msg"]


def _before(place: str) -> str:
    return f"{place}: " if place else ""


def _shown(value: Any) -> str:
    return "absent" if value is _ABSENT else cut(json.dumps(value, ensure_ascii=False))


def cut(text: str) -> str:
    """The beginning of a long text."""
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"
