"""Whether a changed JSON schema breaks a client that was written for the released one.

`make schema-check` compares the committed schemas with the released ones. What a client sends must be
accepted as before; what it gets must be nothing that it was not told of. What can't be compared is a break.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

Schema = dict[str, Any]
Direction = Literal["sent", "received"]

CURRENT = Path(__file__).parents[2] / "docs/schemas/v1"
RELEASED = Path(__file__).parents[1] / "unit/schemas/v1-released"
RECEIVED = {"result", "status-answer"}  # by clients; they send the others
LOWER, UPPER = ("minimum", "minLength"), ("maximum", "maxLength", "x-max-bytes")
COMPARED = {"properties", "required", "items", "anyOf", "enum", "type", "default", *LOWER, *UPPER}
FOR_PEOPLE = {"$schema", "$id", "$defs", "title", "description", "examples"}


def breaks(old: Schema, new: Schema, direction: Direction) -> list[str]:
    """One line for each change that breaks an older client; none if it can't tell the difference."""
    old, new = _whole(old, old), _whole(new, new)
    lost = [f"{field}: is gone" for field in _fields(old) if field not in _fields(new)]
    wide, narrow = (old, new) if direction == "sent" else (new, old)
    return lost + list(_not_covered("", wide, narrow, defaults=direction == "sent"))


def _not_covered(at: str, wide: Schema, narrow: Schema, *, defaults: bool) -> Iterator[str]:
    """What `wide` allows and `narrow` does not, field by field."""
    where = at or "the message"
    wides, narrows = wide.get("anyOf", [wide]), narrow.get("anyOf", [narrow])
    if len(wides) > 1 or len(narrows) > 1:
        for option in wides:
            if all(list(_not_covered(at, option, other, defaults=False)) for other in narrows):
                yield f"{where}: {json.dumps(option)[:60]} is on one side only"
    elif wide.get("type") != narrow.get("type"):
        yield f"{where}: type {wide.get('type')} and {narrow.get('type')}"
    yield from (f"{where}: {limit}" for limit in _tighter(wide, narrow))
    if defaults and wide.get("default") != narrow.get("default"):
        yield f"{where}: default {wide.get('default')} became {narrow.get('default')}"
    if missing := set(narrow.get("required", [])) - set(wide.get("required", [])):
        yield f"{where}: {', '.join(sorted(missing))} is required on one side only"
    for name, part in wide.get("properties", {}).items():
        if name in narrow.get("properties", {}):
            yield from _not_covered(
                f"{at}.{name}".lstrip("."), part, narrow["properties"][name], defaults=defaults
            )
    if "items" in wide and "items" in narrow:
        yield from _not_covered(f"{at}[]", wide["items"], narrow["items"], defaults=defaults)


def _tighter(wide: Schema, narrow: Schema) -> Iterator[str]:
    """The limits that `narrow` sets and `wide` does not keep."""
    for key in narrow.keys() - FOR_PEOPLE:
        inside, outside = wide.get(key), narrow[key]
        if key == "enum":
            if words := set(inside or ["anything else"]) - set(outside):
                yield f"{', '.join(sorted(words))} is on one side only"
        elif key in LOWER:
            if inside is None or inside < outside:
                yield f"{key} {inside} and {outside}"
        elif key in UPPER:
            if inside is None or inside > outside:
                yield f"{key} {inside} and {outside}"
        elif key not in COMPARED and inside != outside:
            yield f"{key} {inside} and {outside}"


def _whole(part: Any, root: Schema) -> Any:
    """The schema with its references replaced by what they refer to."""
    if isinstance(part, dict) and "$ref" in part:
        return _whole(root["$defs"][part["$ref"].rpartition("/")[2]], root)
    if isinstance(part, dict):
        return {key: _whole(value, root) for key, value in part.items() if key != "$defs"}
    return [_whole(item, root) for item in part] if isinstance(part, list) else part


def _fields(part: Any, at: str = "") -> list[str]:
    """The path of every field, through lists and alternatives."""
    found = []
    for name, field in part.get("properties", {}).items():
        path = f"{at}.{name}".lstrip(".")
        found += [path, *_fields(field, path)]
    inside = [part["items"]] if "items" in part else part.get("anyOf", [])
    return found + [path for option in inside for path in _fields(option, at)]


def check(current: Path = CURRENT, released: Path = RELEASED) -> list[str]:
    """Every break between the released schemas and the current ones, with its message's name."""
    found = []
    for file in sorted(released.glob("*.json")):
        direction: Direction = "received" if file.stem in RECEIVED else "sent"
        if not (new := current / file.name).exists():
            found.append(f"{file.stem}: is gone")
            continue
        changes = breaks(json.loads(file.read_text()), json.loads(new.read_text()), direction)
        found += [f"{file.stem}: {change}" for change in changes]
    return found


if __name__ == "__main__":
    if found := check():
        sys.exit(
            "\n".join([*found, "These changes break clients of version 1. Undo them, or make a version 2."])
        )
    sys.stdout.write("No schema change breaks an older client.\n")
