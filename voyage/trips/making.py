"""A value of JSON, made from a schema."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

_AHEAD = timedelta(days=30)
_DEEPEST = 8
_DEEPEST_OPTIONAL = 3
_FORMATS = {
    "time": "12:00:00Z",
    "duration": "P1D",
    "email": "john.doe@example.com",
    "uri": "https://example.com/",
    "uuid": "6f2c1c0a-5a0e-4d8e-9d0a-0c8f1f0a7b11",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
}


class Maker:
    """Makes a value for each part of one schema: with optional parts too, if it is `whole`."""

    def __init__(self, schema: Mapping[str, Any], *, whole: bool = False) -> None:
        self._schema = schema
        self._deepest_optional = _DEEPEST_OPTIONAL if whole else -1

    def value(self, part: Mapping[str, Any], name: str) -> Any:
        """One for a part of the schema, or for all of it; `name` is what texts are made of."""
        return self._of(part, name, 0)

    def _of(self, part: Mapping[str, Any], name: str, depth: int) -> Any:
        part = self._referred(part)
        for key in ("examples", "enum"):
            if part.get(key):
                return part[key][0]
        if "const" in part or "default" in part:
            given = part.get("const", part.get("default"))
            if given is not None:
                return given
        options = [one for key in ("anyOf", "oneOf", "allOf") for one in part.get(key, ())]
        if options and depth < _DEEPEST:
            chosen = next((one for one in options if one.get("type") != "null"), options[0])
            made = self._of(chosen, name, depth + 1)
            return {**self._tag(part, chosen, depth), **made} if isinstance(made, dict) else made
        return self._of_type(part, name, depth)

    def _tag(self, part: Mapping[str, Any], chosen: Mapping[str, Any], depth: int) -> dict[str, Any]:
        """What tells the chosen option from the others, which it takes even where that has a default."""
        tag = part.get("discriminator", {}).get("propertyName")
        known = self._referred(chosen).get("properties", {})
        return {tag: self._of(known[tag], tag, depth)} if tag in known else {}

    def _referred(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**self._schema["$defs"][part["$ref"].rpartition("/")[2]], **part} if "$ref" in part else part

    def _of_type(self, part: Mapping[str, Any], name: str, depth: int) -> Any:
        match part.get("type"):
            case "string" | None:
                return _text(part, name)
            case "integer" | "number":
                return _number(part)
            case "boolean":
                return True
            case "array":
                item = part.get("prefixItems") or [part.get("items", {})] * max(part.get("minItems", 1), 1)
                return [self._of(one, name, depth + 1) for one in item] if depth < _DEEPEST else []
            case "object":
                named = self._named(part, depth)
                return (
                    {key: self._of(one, key, depth + 1) for key, one in named.items()}
                    if depth < _DEEPEST
                    else {}
                )
        return None

    def _named(self, part: Mapping[str, Any], depth: int) -> dict[str, Any]:
        """What an object has by name: what it must have, or all that it may."""
        known, required = part.get("properties", {}), part.get("required", ())
        if depth > self._deepest_optional:
            return {key: one for key, one in known.items() if key in required}
        others = part.get("additionalProperties")  # True is what a dictionary of anything says
        return (
            {**known, self._of(part.get("propertyNames", {}), "key", depth): others}
            if isinstance(others, dict)
            else known
        )


def _text(part: Mapping[str, Any], name: str) -> str:
    kind = part.get("format", "")
    text = _FORMATS.get(kind, f"my-{name.replace('_', '-')}")
    if kind in {"date", "date-time"}:  # else no clock is read, which a workflow's sandbox refuses
        ahead = datetime.now(UTC).replace(microsecond=0) + _AHEAD
        text = (ahead.date() if kind == "date" else ahead).isoformat()
    return text.ljust(part.get("minLength", 0), "x")[: part.get("maxLength")]


def _number(part: Mapping[str, Any]) -> Any:
    step = part.get("multipleOf") or 1
    least = part.get(
        "minimum", part.get("exclusiveMinimum", 1 if part.get("maximum", 1) >= 1 else part.get("maximum"))
    )
    number = -(-least // step) * step
    return number + step if number == part.get("exclusiveMinimum") else number
