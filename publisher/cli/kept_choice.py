"""Which kept messages a person has chosen on the command line, and whether there were such."""

from dataclasses import dataclass, field
from typing import Annotated, Self

import typer

from publisher.amqp.kept_queue import Kept
from voyage.errors import NotFoundError

Ids = Annotated[
    list[str] | None, typer.Option("--id", metavar="ID", help="This message; may be given more than once.")
]
Reason = Annotated[
    str | None, typer.Option("--reason", metavar="CODE", help="All with this reason, as `list` shows it.")
]
All = Annotated[bool, typer.Option("--all", help="All of them.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say which ones.")]

_MOST_NAMED = 5


@dataclass(frozen=True)
class Words:
    """What messages of a kind are called, and by which commands they are handled."""

    one: str
    command: str


@dataclass
class Choice:
    """By ids, by a reason, or all; remembers which of these were met."""

    words: Words
    ids: frozenset[str]
    reason: str | None = None
    everything: bool = False
    _met_ids: set[str] = field(default_factory=set)
    _met_reason: bool = False

    @classmethod
    def of(cls, words: Words, ids: list[str] | None, reason: str | None, *, everything: bool) -> Self:
        """The choice that these options make; a usage error if it is none."""
        if not (ids or reason or everything):
            raise typer.BadParameter("say which ones: --id, --reason or --all")
        if everything and (ids or reason):
            raise typer.BadParameter("--all goes without --id and --reason; say one of these")
        return cls(words, frozenset(ids or ()), reason, everything)

    def __call__(self, kept: Kept) -> bool:
        """Whether this message is chosen."""
        by_id = (
            self.ids & kept.names if self.ids else frozenset()
        )  # names are in the body, which is read then
        by_reason = kept.reason == self.reason
        self._met_ids |= by_id
        self._met_reason |= by_reason
        return self.everything or bool(by_id) or by_reason

    def require_all(self) -> None:
        """Raise `NotFoundError` for an id or a reason of no message: nobody asks for nothing on purpose."""
        if missing := self.missing():
            raise NotFoundError(missing)

    def missing(self) -> str:
        """Which ids or reason no message has, and where to look; empty if all were met."""
        ids, see = sorted(self.ids - self._met_ids), f"See what is there: {self.words.command} list"
        if ids:
            named = " or ".join(map(repr, ids[:_MOST_NAMED])) + (" …" if ids[_MOST_NAMED:] else "")
            return f"No {self.words.one} has the id {named}. {see}"
        if self.reason is not None and not self._met_reason:
            return f"No {self.words.one} has the reason {self.reason!r}. {see}"
        return ""
