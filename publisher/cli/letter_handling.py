"""What `voyage dead` does with each chosen letter as it comes, so that one at a time is in memory."""

import json
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

import typer

from publisher.amqp.dead_letter import DeadLetter
from publisher.amqp.dead_letter_queue import DeadLetterQueue
from publisher.cli import rendering
from publisher.cli.letter_choice import LetterChoice
from publisher.cli.terminal import run
from publisher.client import Client
from publisher.errors import NotEditableError

T = TypeVar("T")
Letters = Callable[[DeadLetterQueue], AsyncGenerator[DeadLetter, None]]


def handle_letters(
    choice: LetterChoice, handled: Letters, done: str, *, dry_run: bool, as_json: bool
) -> None:
    """Do it with the chosen letters, or only say which ones; complain if no letter meets the choice."""
    told: list[str] = []

    def tell(letter: DeadLetter) -> None:
        told.append(letter.id)
        if as_json:
            print_whole(letter)
        else:
            typer.echo(f"{letter.id}\t{letter.reason}")

    kept: NotEditableError | None = None
    try:
        each_letter((lambda queue: queue.browse()) if dry_run else handled, choice, tell)
    except NotEditableError as refused:
        kept = refused
    if not as_json:
        typer.echo(f"{len(told)} would be {done}." if dry_run else f"{len(told)} {done}.")
    if kept:
        raise kept
    choice.require_all()


def each_letter(letters: Letters, choice: LetterChoice, tell: Callable[[DeadLetter], None]) -> None:
    """Tell of each chosen letter as it comes."""

    async def work(queue: DeadLetterQueue) -> None:
        async with aclosing(letters(queue)) as coming:
            async for letter in coming:
                if choice(letter):
                    tell(letter)

    with_dead_letters(work)


def with_dead_letters(work: Callable[[DeadLetterQueue], Coroutine[Any, Any, T]]) -> T:
    """Connect, and do this with the dead-letter queue."""

    async def connected() -> T:
        async with await Client.connect() as client:
            return await work(client.dead_letters)

    return run(connected(), lambda: "Letters may have been sent or dropped; doing it again is harmless.")


def print_whole(letter: DeadLetter, indent: int | None = None) -> None:
    """Print one dead letter as JSON."""
    typer.echo(json.dumps(rendering.dead_letter_fields(letter), indent=indent))
