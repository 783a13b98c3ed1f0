"""What Temporal Cloud would bill for a booking, counted in its history by the rules of its documentation.

https://docs.temporal.io/cloud/actions: a start, each scheduled activity, each retry, timer, signal and child
workflow is one action; so are all markers of one workflow task together. Heartbeats are in no history.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory

HISTORIES = Path(__file__).parents[1] / "tests" / "unit" / "histories"
ONE_EACH = {
    "WORKFLOW_EXECUTION_STARTED": "start",
    "ACTIVITY_TASK_SCHEDULED": "activities",
    "TIMER_STARTED": "timers",
    "WORKFLOW_EXECUTION_SIGNALED": "signals",
    "START_CHILD_WORKFLOW_EXECUTION_INITIATED": "child workflows",
    "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED": "signals",
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": "search attributes",
}


def events(name: str) -> list[dict[str, Any]]:
    """The events of a recorded booking."""
    found: list[dict[str, Any]] = json.loads((HISTORIES / f"{name}.json").read_text())["events"]
    return found


def actions(history: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """The number of actions of each kind."""
    found: Counter[str] = Counter()
    marked = set()
    for event in history:
        kind = event["eventType"].removeprefix("EVENT_TYPE_")
        if kind in ONE_EACH:
            found[ONE_EACH[kind]] += 1
        elif kind == "MARKER_RECORDED":
            marked.add(event["markerRecordedEventAttributes"]["workflowTaskCompletedEventId"])
        elif kind == "ACTIVITY_TASK_STARTED":
            found["retries"] += event["activityTaskStartedEventAttributes"]["attempt"] - 1
    found["local activities"] = len(marked)
    return +found


def kib(name: str) -> float:
    """How much of Temporal's storage a recorded booking takes."""
    history = WorkflowHistory.from_json(name, (HISTORIES / f"{name}.json").read_text())
    return sum(event.ByteSize() for event in history.events) / 1024
