"""A subscriber: it writes each result of the results queue into a table, ten at a time, and loses none.

Run it: python -m examples.applications.ledger results.sqlite
"""

import asyncio
import signal
import sqlite3
import sys
from contextlib import closing, suppress

from publisher import BookingResult, Client

TABLE = "CREATE TABLE IF NOT EXISTS results (id, revision, status, PRIMARY KEY (id, revision))"
ROW = "INSERT OR IGNORE INTO results VALUES (?, ?, ?)"


async def main(file: str) -> None:
    """Until SIGTERM or Ctrl-C; what was not written then comes again."""
    with closing(sqlite3.connect(file)) as table:
        table.execute(TABLE)

        async def write(result: BookingResult) -> None:
            """The result is acked when this returns; if it raises, it comes again, later and later."""
            with table:
                table.execute(ROW, (result.booking_id, result.revision, result.status))

        async with Client.connect(name="ledger", wait=60) as voyage:
            await voyage.handle(write, concurrency=10)


async def until_told_to_stop(file: str) -> None:
    """End `main` by SIGTERM, too."""
    running = asyncio.ensure_future(main(file))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    with suppress(asyncio.CancelledError):
        await running


if __name__ == "__main__":
    asyncio.run(until_told_to_stop(sys.argv[1]))
