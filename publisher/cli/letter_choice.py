"""Which dead letters a person has chosen on the command line, and whether there were such."""

from dataclasses import dataclass, field
from typing import Self

import typer

from publisher.amqp.dead_letter import DeadLetter


@dataclass
class LetterChoice:
    """By ids, by a reason, or all; remembers which of these were met."""

    ids: frozenset[str]
    reason: str | None = None
    everything: bool = False
    _met_ids: set[str] = field(default_factory=set)
    _met_reason: bool = False

    @classmethod
    def of(cls, ids: list[str] | None, reason: str | None, *, everything: bool) -> Self:
        """The choice that these options make; a usage error if it is none."""
        if not (ids or reason or everything):
            raise typer.BadParameter("say which ones: --id, --reason or --all")
        return cls(frozenset(ids or ()), reason, everything)

    def __call__(self, letter: DeadLetter) -> bool:
        """Whether this letter is chosen."""
        by_id, by_reason = letter.id in self.ids, letter.reason == self.reason
        if by_id:
            self._met_ids.add(letter.id)
        self._met_reason |= by_reason
        return self.everything or by_id or by_reason

    def require_all(self) -> None:
        """Complain of an id or a reason that no letter has: nobody asks for nothing on purpose."""
        missing = sorted(self.ids - self._met_ids)
        if missing:
            raise typer.BadParameter(f"no dead letter has the id {missing[0]!r}; see `voyage dead list`")
        if self.reason is not None and not self._met_reason:
            raise typer.BadParameter(f"no dead letter has the reason {self.reason!r}; see `voyage dead list`")
