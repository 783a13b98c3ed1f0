"""JSON values as YAML 1.2, in blocks: enough for a document that people read, and no dependency."""

import json
import re
from typing import Any

_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$-]*", re.ASCII)
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def to_yaml(value: Any) -> str:
    """The value as a YAML text that ends with a line break."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: Any) -> list[str]:
    """A value as lines without indentation; every string is quoted as in JSON, which YAML 1.2 contains."""
    if isinstance(value, dict) and value:
        return [line for key, item in value.items() for line in _under(f"{_key(key)}:", item)]
    if isinstance(value, list) and value:
        return [
            ("- " if number == 0 else "  ") + line
            for item in value
            for number, line in enumerate(_lines(item))
        ]
    return [json.dumps(value, ensure_ascii=False)]


def _under(key: str, item: Any) -> list[str]:
    lines = _lines(item)
    if isinstance(item, dict | list) and item:
        return [key, *(f"  {line}" for line in lines)]
    return [f"{key} {lines[0]}"]


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) and key.lower() not in _WORDS else json.dumps(key)
