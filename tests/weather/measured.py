"""What one fault cost, and the table of all."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.weather.scene import Fault

READY, NEVER = "stays ready", "never"


@dataclass(frozen=True)
class Measured:
    """Seconds, of one fault once; None: it did not come.

    `noticed` is by process, from the beginning. The others are from the end: `first` until the first answer
    to a request that was sent after it, `all_answers` until all that were sent before it had theirs, and
    what cannot be handled lay in the dead-letter queue.
    """

    fault: Fault
    seed: int
    noticed: Mapping[str, float | None]
    first: float | None
    all_answers: float | None
    reasons: Sequence[str] = ()
    ended: Sequence[str] = ()
    """Processes that ended by themselves."""

    def __str__(self) -> str:
        noticed = [number for number in self.noticed.values() if number is not None]
        after = f" after {max(noticed):.1f} s" if noticed else ""
        parts = [
            f"noticed by {len(noticed)} of {len(self.noticed)}{after}",
            f"first answer {_told([self.first])}",
            f"all {_told([self.all_answers])}",
            *(f"ended: {name}" for name in self.ended),
            *(f"says: {reason}" for reason in self.reasons),
        ]
        return "; ".join(parts)


def table(measured: Sequence[Measured], wrong: Mapping[int, int]) -> str:
    """A Markdown table, one row for each fault; `wrong` counts the violations by the seed of a round."""
    head = (
        "| fault | lasts | noticed after | first answer after | all answers after | lost, double, false |\n"
        "|---|---|---|---|---|---|"
    )
    faults = list(dict.fromkeys(one.fault for one in measured))
    rows = (_row(fault, [one for one in measured if one.fault is fault], wrong) for fault in faults)
    return "\n".join((head, *rows))


def _row(fault: Fault, rounds: Sequence[Measured], wrong: Mapping[int, int]) -> str:
    noticed = [number for one in rounds for number in one.noticed.values()]
    cells = (
        fault.name,
        f"{fault.seconds:g} s" if fault.seconds else "a moment",
        _told(noticed, READY),
        _told([one.first for one in rounds]),
        _told([one.all_answers for one in rounds]),
        _wrong(rounds, wrong),
    )
    return f"| {' | '.join(cells)} |"


def _wrong(rounds: Sequence[Measured], wrong: Mapping[int, int]) -> str:
    bookings = sum(wrong.get(one.seed, 0) for one in rounds)
    ended = sum(len(one.ended) for one in rounds)
    return f"{bookings}; {ended} processes ended" if ended else str(bookings)


def _told(numbers: Iterable[float | None], never: str = NEVER) -> str:
    """Median and most, and how many did not come."""
    numbers = list(numbers)
    there = [number for number in numbers if number is not None]
    missing = len(numbers) - len(there)
    if not there:
        return never
    text = f"{statistics.median(there):.1f} s"
    text += f" ({max(there):.1f})" if len(there) > 1 else ""
    return f"{text}; {missing} of {len(numbers)} {never}" if missing else text
