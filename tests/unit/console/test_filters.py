"""What a person types never becomes part of Temporal's query but as a value that can't end it."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.facts.filters import Filter

NOW = datetime(2030, 1, 31, 12, 30, 40, tzinfo=UTC)


def query(given: Mapping[str, str], *, tells_apart: bool = True) -> str:
    return Filter.of(given).query(tells_apart=tells_apart, now=lambda: NOW).partition(") AND ")[2]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ""),
        ({"status": "booked"}, "VoyageStatus = 'booked'"),
        ({"status": "nonsense"}, ""),
        ({"since": "1h"}, "StartTime >= '2030-01-31T11:30:00+00:00'"),
        ({"since": "ever"}, ""),
        ({"id": "trip-1"}, "WorkflowId STARTS_WITH 'booking-trip-1'"),
        ({"id": "alice/"}, "WorkflowId STARTS_WITH 'booking-alice/'"),
        ({"id": "booking-a@2Eb/trip"}, "WorkflowId STARTS_WITH 'booking-a@2Eb/trip'"),
        ({"id": " booking-trip-1 "}, "WorkflowId STARTS_WITH 'booking-trip-1'"),
        (
            {"status": "failed", "since": "7d", "id": "a"},
            (
                "VoyageStatus = 'failed' AND StartTime >= '2030-01-24T12:30:00+00:00' "
                "AND WorkflowId STARTS_WITH 'booking-a'"
            ),
        ),
        ({"name": "Jane", "leg": "refused"}, ""),
    ],
)
def test_a_filter_is_a_query(given: dict[str, str], expected: str) -> None:
    assert query(given) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [("running", "ExecutionStatus = 'Running'"), ("failed", "NOT ExecutionStatus = 'Running'")],
)
def test_without_search_attributes_only_running_and_ended_are_told_apart(status: str, expected: str) -> None:
    assert query({"status": status}, tells_apart=False) == expected


@given(st.dictionaries(st.sampled_from(["status", "since", "id", "name", "leg"]), st.text()))
def test_nothing_that_is_typed_leaves_its_quotes(given: dict[str, str]) -> None:
    values = query(given).split("'")[1::2]
    assert query(given).count("'") == 2 * len(values)
    assert all(one.isascii() and one.isprintable() and "\\" not in one for one in values)
