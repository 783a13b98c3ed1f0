"""What is booked, in SQLite: one row per idempotency key, and every change in the order in which it came."""

import json
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_TABLES = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS bookings (
    key TEXT PRIMARY KEY, booking TEXT, leg TEXT, item TEXT, reference TEXT, state TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_booking ON bookings (booking);
CREATE TABLE IF NOT EXISTS changes (number INTEGER PRIMARY KEY, key TEXT NOT NULL, change TEXT NOT NULL);
"""
_DETAILS = "ALTER TABLE bookings ADD COLUMN details TEXT"


@dataclass(frozen=True)
class Order:
    """What is to be booked, for which booking and leg, under which key; `item` and `details` are JSON."""

    key: str
    booking: str
    leg: str
    item: Any
    details: Any = field(default_factory=dict[str, Any])

    @property
    def words(self) -> str:
        """The item as it is if that is a text, or else as compact JSON."""
        return self.item if isinstance(self.item, str) else json.dumps(self.item, separators=(",", ":"))


class UndoneError(Exception):
    """The key was undone before: a booking that comes after its undo books nothing."""


class Ledger:
    """The ledger; each method is one transaction, so that it survives a kill at any moment."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.executescript(_TABLES)
        with suppress(sqlite3.OperationalError):  # it is there
            self._database.execute(_DETAILS)

    def book(self, order: Order) -> str:
        """Book and return the reference; the same key again returns the same. Raises `UndoneError`."""
        with self._transaction():
            found = self._row(order.key)
            if found and found["state"] == "undone":
                raise UndoneError(order.key)
            if found:
                self._note(order.key, "repeated")
                return str(found["reference"])
            number = self._note(order.key, "booked")
            reference = f"{order.leg.upper()}-{number:06d}"
            details = json.dumps(order.details)
            values = (order.key, order.booking, order.leg, order.words, reference, details)
            self._database.execute("INSERT INTO bookings VALUES (?, ?, ?, ?, ?, 'booked', ?)", values)
            return reference

    def undo(self, key: str) -> bool:
        """Undo; whether something was booked. A key that never booked is marked, so that it never will."""
        with self._transaction():
            found = self._row(key)
            booked = found is not None and found["state"] == "booked"
            if booked:
                self._database.execute("UPDATE bookings SET state = 'undone' WHERE key = ?", (key,))
            elif not found:
                booking, _, leg = key.rpartition(":")
                values = (key, booking, leg)
                self._database.execute(
                    "INSERT INTO bookings (key, booking, leg, state) VALUES (?, ?, ?, 'undone')", values
                )
            self._note(key, "undone" if booked else "nothing to undo")
            return booked

    def bookings(self, booking: str | None = None) -> list[dict[str, Any]]:
        """Every row, or those of one booking."""
        return self._all("SELECT * FROM bookings WHERE ? IS NULL OR booking = ?", booking)

    def changes(self, booking: str | None = None) -> list[dict[str, Any]]:
        """Every change in order, or those of one booking."""
        query = "SELECT * FROM changes WHERE ? IS NULL OR key IN (SELECT key FROM bookings WHERE booking = ?)"
        return self._all(f"{query} ORDER BY number", booking)

    def _all(self, query: str, booking: str | None) -> list[dict[str, Any]]:
        with closing(self._database.execute(query, (booking, booking))) as rows:
            return [dict(row) for row in rows]

    def _row(self, key: str) -> Any:
        return self._database.execute("SELECT * FROM bookings WHERE key = ?", (key,)).fetchone()

    def _note(self, key: str, change: str) -> int:
        noted = self._database.execute("INSERT INTO changes (key, change) VALUES (?, ?)", (key, change))
        return noted.lastrowid or 0

    def _transaction(self) -> sqlite3.Connection:
        self._database.execute("BEGIN IMMEDIATE")
        return self._database  # as a context manager it commits, or rolls back on an exception
