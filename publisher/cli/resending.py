"""Sending parked results again, without sending one: which would find their queue."""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing

from publisher.amqp.parked_queue import ParkedQueue
from publisher.amqp.parked_result import ParkedResult
from publisher.cli.kept_choice import Choice
from publisher.errors import NotResentError

_MOST_NAMED = 5


async def rehearsed(queue: ParkedQueue, choice: Choice, to: str | None) -> AsyncGenerator[ParkedResult, None]:
    """The chosen ones whose queue is there; `NotResentError` names the queues of the others, last."""
    there, stay = dict[str, bool](), Counter[str]()
    async with aclosing(queue.browse()) as coming:
        async for parked in coming:
            if not choice(parked):
                continue
            target = to or parked.address
            if target not in there:
                there[target] = bool(target) and await queue.is_there(target)
            if there[target]:
                yield parked
            else:
                stay[target] += 1
    if stay:
        raise NotResentError(_told(stay))


def _told(stay: Counter[str]) -> str:
    named = [f"{queue or 'without an address'} ({count})" for queue, count in stay.most_common(_MOST_NAMED)]
    more = f", and {len(stay) - _MOST_NAMED} more queues" if len(stay) > _MOST_NAMED else ""
    queues = f"{', '.join(named)}{more}"
    return f"{stay.total()} would stay, as their queue is not there: {queues}. Name another: --to."
