"""The log of what people do here: who, what, with what, and how it came out."""

import json
import logging

import structlog

log = logging.getLogger("console.actions")
LONGEST = 300  # characters of what somebody gave


def record(who: str, what: str, on: str, outcome: str) -> None:
    """One line; what came from outside can't begin another."""
    fields = {"who": who, "action": what, "on": on, "outcome": outcome}
    with structlog.contextvars.bound_contextvars(**{name: _one_line(text) for name, text in fields.items()}):
        log.info("An action in the console")


def _one_line(text: str) -> str:
    return text[:LONGEST] if text.isprintable() else json.dumps(text[:LONGEST])
