"""The interface of a supplier: what the saga asks of those who supply the legs of a trip."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class SupplierCall:
    """One call to a supplier.

    `booking` is the booking's workflow id; where bookings have owners it has a hash for the owner, and
    `owner` is his id. `item` is what to book, as the trip declares it: the tutorial's is a text. `details`
    are the fields of a trip of your own that are no legs, its `name` among them. `idempotency_key` is the
    same for every try of a leg and for its undo (`booking` + leg), so that a supplier can tell a repeat from
    a new booking. `attempt` counts from 1 up to `attempts`.
    """

    booking: str
    leg: str
    item: Any
    idempotency_key: str
    attempt: int
    attempts: int
    details: Mapping[str, Any] = field(default_factory=dict)
    owner: str | None = None


class Supplier(Protocol):
    """What the saga asks of a supplier. Both calls must be safe to repeat with the same key.

    A method is `async` and never blocks, or plain: then each call has a thread, and may block.
    """

    def book(self, call: SupplierCall) -> Awaitable[str] | str:
        """Book, and return the supplier's reference: a text of 1 to 200 printable characters.

        Raises `SupplierRefusedError` for a final no; any other exception counts as a failed try, after which
        the leg may be booked or not. `SupplierUnavailableError` may say when to try again.
        """
        ...

    def undo(self, call: SupplierCall) -> Awaitable[None] | None:
        """Undo what `call.idempotency_key` booked; a key that never booked is fine.

        A booking with this key that arrives later must book nothing. Raises as `book` does.
        """
        ...
