"""Replaying dead letters, without sending one: which could be changed as they are asked to be."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from publisher.amqp.dead_letter import DeadLetter
from publisher.amqp.dead_letter_queue import DeadLetterQueue
from publisher.amqp.kept_queue import raise_first
from publisher.cli.kept_choice import Choice
from publisher.errors import NotEditableError


async def rehearsed(
    queue: DeadLetterQueue, choice: Choice, changes: Mapping[str, Any]
) -> AsyncGenerator[DeadLetter, None]:
    """The chosen ones that can be changed so; `NotEditableError` tells of the others, last."""
    stay: list[NotEditableError] = []
    async with aclosing(queue.browse()) as coming:
        async for letter in coming:
            if not choice(letter):
                continue
            try:
                letter.to_replay(changes)
            except NotEditableError as refused:
                stay.append(refused)
            else:
                yield letter
    raise_first(stay)
