"""What Temporal said a moment ago, for those who ask the same in quick succession."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

MOMENT = 1.0  # seconds
_MANY = 1000


class Recent(Generic[T]):
    """Remembers answers by their key for a moment; what is done by one must bear that it is so old."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._answers: dict[str, tuple[float, T]] = {}

    def get(self, key: str) -> T | None:
        """The answer, if it is recent."""
        since, answer = self._answers.get(key, (0.0, None))
        return answer if self._clock() - since < MOMENT else None

    def put(self, key: str, answer: T) -> None:
        """Remember an answer that has just come."""
        now = self._clock()
        if len(self._answers) >= _MANY:
            recent = self._answers.items()
            self._answers = {key: kept for key, kept in recent if now - kept[0] < MOMENT}
        self._answers[key] = (now, answer)

    def __len__(self) -> int:
        return len(self._answers)

    def forget(self, key: str) -> None:
        """Ask anew the next time."""
        self._answers.pop(key, None)
