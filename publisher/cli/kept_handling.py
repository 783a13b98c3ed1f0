"""What `voyage dead` and `voyage parked` do with each message as it comes: one at a time is in memory."""

import json
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import typer
from aio_pika.exceptions import ChannelNotFoundEntity

from publisher.amqp.kept_queue import Kept, KeptQueue
from publisher.cli.kept_choice import Choice, Words
from publisher.cli.looking import looking
from publisher.cli.terminal import run, stderr, stdout
from publisher.client import Client
from publisher.errors import KeptError
from voyage.commands.sheets import print_sheet

FIRST = 50
Limit = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help=f"Only the first N; by default {FIRST}, with --json all."),
]
T = TypeVar("T")
K = TypeVar("K", bound=Kept)
Q = TypeVar("Q", bound=KeptQueue[Any])


@dataclass(frozen=True)
class Desk(Generic[Q, K]):
    """Where a person deals with the messages of one queue, and how they are shown."""

    words: Words
    queue: Callable[[Client], Q]
    names: tuple[str, ...]
    cells: Callable[[K], tuple[str, ...]]
    fields: Callable[[K], dict[str, object]]

    def list_first(self, limit: int | None, *, as_json: bool) -> None:
        """List all or the first, and how many there are."""
        shown = limit or (None if as_json else FIRST)
        rows: list[tuple[str, ...]] = []

        async def show_first(queue: Q) -> int:
            count = await queue.count()
            async with aclosing(queue.browse(shown)) as coming:
                async for kept in coming:
                    if as_json:
                        self._print_whole(kept)
                    else:
                        rows.append(self.cells(kept))
            return count

        found, words = self._connected(show_first, looks=True), self.words
        count = found or 0
        if rows:
            print_sheet(stdout, self.names, rows)
        elif not as_json:
            why = "." if found is not None else ": their queue is not there; voyage-consumer makes it."
            typer.echo(f"No {words.one}s{why}")
        if shown and count > shown:
            more = f"{words.command} list --limit {count}"
            stderr.print(f"The first {shown} of {count} {words.one}s. More: {more}")

    def show(self, own_id: str) -> None:
        """Show one whole; complain if there is none."""
        choice = Choice(self.words, frozenset([own_id]))
        self._each(
            lambda queue: queue.browse(), choice, lambda kept: self._print_whole(kept, indent=2), looks=True
        )
        choice.require_all()

    def handle(
        self,
        choice: Choice,
        handled: Callable[[Q], AsyncGenerator[K, None]],
        done: str,
        *,
        dry_run: bool,
        as_json: bool,
        rehearsed: Callable[[Q], AsyncGenerator[K, None]] | None = None,
    ) -> None:
        """Do it with the chosen ones, or only say which; complain if none meets the choice.

        `rehearsed` gives those with which it would be done; without it, all of them would.
        """
        told: list[str] = []

        def tell(kept: K) -> None:
            told.append(kept.id)
            if as_json:
                self._print_whole(kept)
            else:
                typer.echo(f"{kept.id}\t{kept.reason}")

        stays: KeptError | None = None
        try:
            self._each((rehearsed or KeptQueue.browse) if dry_run else handled, choice, tell, looks=dry_run)
        except KeptError as refused:
            stays = refused
        if not as_json:
            typer.echo(f"{len(told)} would be {done}." if dry_run else f"{len(told)} {done}.")
        if stays:
            raise type(stays)(" ".join(filter(None, (str(stays), choice.missing()))))
        choice.require_all()

    def _each(
        self,
        messages: Callable[[Q], AsyncGenerator[K, None]],
        choice: Choice,
        tell: Callable[[K], None],
        *,
        looks: bool,
    ) -> None:
        async def work(queue: Q) -> None:
            async with aclosing(messages(queue)) as coming:
                async for kept in coming:
                    if choice(kept):
                        tell(kept)

        self._connected(work, looks=looks)

    def _connected(self, work: Callable[[Q], Coroutine[Any, Any, T]], *, looks: bool) -> T | None:
        """What the work returns; who only `looks` makes no queue, and gets None if there is none."""

        async def connected() -> T | None:
            async with looking() if looks else Client.connect() as client:
                try:
                    return await work(self.queue(client))
                except ChannelNotFoundEntity:
                    if not looks:
                        raise
                    return None

        return run(
            connected(), lambda: f"Some {self.words.one}s may have been handled; doing it again is harmless."
        )

    def _print_whole(self, kept: K, indent: int | None = None) -> None:
        typer.echo(json.dumps(self.fields(kept), indent=indent))
