"""What the weather runs print: medians and most, what never came, and what is wrong with which fault."""

import pytest

from tests.weather.faults.catalogue import FAULTS
from tests.weather.faults.network import calm
from tests.weather.measured import Measured, table
from tests.weather.run import Report
from tests.weather.scene import Fault

CUT, FAR = Fault("cut", calm), Fault("far", calm, seconds=30.0)


def once(
    fault: Fault, seed: int, noticed: float | None, first: float | None, every: float | None
) -> Measured:
    return Measured(fault, seed, {"consumer-1": noticed}, first, every)


def row(*measured: Measured, wrong: tuple[str, ...] = ()) -> str:
    report = Report(measured, wrong)
    return table(report.measured, report.wrong_by_seed).splitlines()[-1]


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        (
            [once(CUT, 1, 3.0, 1.0, 1.5), once(CUT, 2, 5.0, 2.0, 2.5), once(CUT, 3, 4.0, 6.0, 9.5)],
            "| cut | a moment | 4.0 s (5.0) | 2.0 s (6.0) | 2.5 s (9.5) | 0 |",
        ),
        ([once(FAR, 1, None, 0.5, 0.0)], "| far | 30 s | stays ready | 0.5 s | 0.0 s | 0 |"),
        (
            [once(CUT, 1, 3.0, None, None), once(CUT, 2, None, 2.0, None)],
            "| cut | a moment | 3.0 s; 1 of 2 stays ready | 2.0 s; 1 of 2 never | never | 0 |",
        ),
    ],
)
def test_a_fault_is_a_row_of_medians_and_most(measured: list[Measured], expected: str) -> None:
    assert row(*measured) == expected


def test_a_booking_with_two_violations_counts_once_and_for_its_own_fault() -> None:
    wrong = (
        "chaos-2-00001 (plain): no result under the correlation id chaos-2-00001",
        "workflow booking-chaos-2-00001 still runs",
        "chaos-1-00001 (plain): no result under the correlation id chaos-1-00001",
    )
    assert row(once(FAR, 1, 1.0, 1.0, 1.0), once(CUT, 2, 1.0, 1.0, 1.0), wrong=wrong).endswith("| 1 |")


def test_processes_that_ended_by_themselves_are_told() -> None:
    ended = Measured(CUT, 1, {}, 1.0, 1.0, ended=["consumer-1", "consumer-2"])
    assert row(ended).endswith("| 0; 2 processes ended |")


def test_each_fault_has_a_name_of_its_own_and_the_short_form_is_short() -> None:
    brief = [fault for fault in FAULTS if fault.brief]

    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert sum(fault.seconds for fault in brief) < 10
    assert len(brief) > 2
