"""A CSV of trips that is booked row by row, twenty at a time; it can be killed and run again.

Run it: python -m examples.applications.rows trips.csv results.csv
Columns: booking_id, name, car, hotel, flight.
"""

import asyncio
import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from publisher import Booked, BookingRequest, Client

COLUMNS = ("booking_id", "status", "result", "error")


def trips(file: Path, done: set[str]) -> Iterator[BookingRequest]:
    """The rows that have no result yet; raises `ValidationError` for one that is no trip."""
    with file.open(newline="") as rows:
        for row in csv.DictReader(rows):
            if row["booking_id"] not in done:
                yield BookingRequest.model_validate(row)


def ended(file: Path) -> set[str]:
    """The ids that have a result; a last line that was cut off when we were killed goes."""
    if not file.exists():
        file.write_text(",".join(COLUMNS) + "\n")
    whole = file.read_bytes()
    if not whole.endswith(b"\n"):
        file.write_bytes(whole[: whole.rfind(b"\n") + 1])
    with file.open(newline="") as rows:
        return {row["booking_id"] for row in csv.DictReader(rows)}


def row(end: Booked) -> list[str]:
    """What became of one trip."""
    assert end.result  # noqa: S101 -- the others are not written
    reason = end.result.reason
    return [end.booking_id, end.result.status, end.result.result, reason.message if reason else ""]


async def main(source: Path, target: Path) -> int:
    """Book what has no result yet; how many rows still have none, as nobody answered."""
    done, missing = ended(target), 0
    print(f"{len(done)} rows have their result already", file=sys.stderr)
    async with Client.connect(name="rows", wait=60) as voyage:
        with target.open("a", newline="") as results:
            async for end in voyage.book_many(trips(source, done), concurrency=20):
                if end.error:
                    missing += 1
                    print(end.error, file=sys.stderr)
                    continue
                csv.writer(results, lineterminator="\n").writerow(row(end))
                results.flush()
                done.add(end.booking_id)
                print(f"{len(done)} rows booked", file=sys.stderr)
    return missing


if __name__ == "__main__":
    sys.exit(1 if asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]))) else 0)
