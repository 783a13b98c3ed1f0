"""What the scripted suppliers of one test were asked, and what is booked there."""

from collections.abc import Mapping
from threading import Lock
from typing import Any, Literal, Self

from voyage.testing.waiting import WITHIN, Alive, until

Operation = Literal["book", "undo"]


class Call(str):
    """One call to a supplier: a text such as `book jeep`, that knows more.

    `booking` is the booking's id, `key` the idempotency key. `item` and `details` are JSON, as they were
    sent; an undo has those with which its key was booked, or None and {} if it never was.
    """

    __slots__ = ("booking", "details", "item", "key", "leg", "operation")

    operation: Operation
    leg: str
    booking: str
    key: str
    item: Any
    details: Mapping[str, Any]

    def __new__(cls, operation: Operation, leg: str, key: str, body: Mapping[str, Any]) -> Self:
        """A call as it came: `body` has `item` and `details`."""
        call = super().__new__(cls, f"{operation} {leg}")
        call.operation, call.leg, call.key = operation, leg, key
        call.booking = key.rpartition(":")[0].removeprefix("booking-")
        call.item, call.details = body.get("item"), body.get("details", {})
        return call


class Ledger:
    """The books of all suppliers of one test."""

    def __init__(self, alive: Alive) -> None:
        self._alive = alive
        self._lock = Lock()
        self._calls: list[Call] = []
        self._booked: dict[str, tuple[Call, str]] = {}
        self._undone: set[str] = set()

    @property
    def calls(self) -> list[Call]:
        """Every call in the order in which it came, tries that failed among them; equal to plain texts."""
        with self._lock:
            return list(self._calls)

    @property
    def booked(self) -> dict[str, dict[str, str]]:
        """What is booked now: the suppliers' references, by booking id and leg."""
        by_booking: dict[str, dict[str, str]] = {}
        with self._lock:
            for call, reference in self._booked.values():
                by_booking.setdefault(call.booking, {})[call.leg] = reference
        return by_booking

    @property
    def keys(self) -> list[str]:
        """The idempotency keys that came, each once, in order."""
        return list(dict.fromkeys(call.key for call in self.calls))

    def wait_for(self, call: str, times: int = 1, *, within: float = WITHIN) -> None:
        """Return when this call, such as `book jeep`, has come so many times.

        Raises `HarnessError` after `within` seconds.
        """
        __tracebackhide__ = True
        until(
            lambda: list[str](self.calls).count(call) >= times,
            lambda: f"{call!r}{f' ({times} times)' if times > 1 else ''}. The suppliers were called: {self}",
            within,
            self._alive,
        )

    def note(self, call: Call) -> Call:
        """Write a call down; it is returned with what is known of its key."""
        with self._lock:
            if call.operation == "undo":
                known = next((one for one in self._calls if one.key == call.key), call)
                call.item, call.details = known.item, known.details
            self._calls.append(call)
        return call

    def book(self, call: Call, reference: str) -> str | None:
        """Book; the same key keeps its first reference, and one that was undone gets None."""
        with self._lock:
            if call.key in self._undone:
                return None
            return self._booked.setdefault(call.key, (call, reference))[1]

    def undo(self, call: Call) -> bool:
        """Undo what the key booked, and let it book nothing from now on; whether something was booked."""
        with self._lock:
            self._undone.add(call.key)
            return self._booked.pop(call.key, None) is not None

    def __str__(self) -> str:
        return ", ".join(self.calls) or "not at all"
