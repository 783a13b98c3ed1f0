"""Bursts of letters between ordinary requests, which must not suffer: they are timed with and without."""

import asyncio
import logging
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from tests.fuzz.hunting import Check, Tally, Target
from tests.fuzz.messages.burst import Bursts
from tests.fuzz.messages.bystanders import Bystanders
from tests.fuzz.messages.letters import BURSTS, SIGNED_BURSTS, Letter
from tests.fuzz.messages.session import a_session

BYSTANDERS = 5  # with each burst, and as many before it


@contextmanager
def opened(tally: Tally, *, owners: bool = False) -> Iterator[Check]:
    """Processes of its own, over the servers at AMQP_URL and TEMPORAL_ADDRESS."""
    logging.getLogger("aio_pika").setLevel(logging.CRITICAL)
    with asyncio.Runner() as runner:
        context = a_session(owners=owners)
        session = runner.run(context.__aenter__())
        bursts, bystanders = Bursts(session), Bystanders(session)
        runner.run(bystanders.open())
        alone, beside = list[float](), list[float]()

        async def send(letters: list[Letter]) -> None:
            alone.extend(await bystanders.book(BYSTANDERS))
            sending = asyncio.create_task(bursts.send(letters))
            try:
                beside.extend(await bystanders.book(BYSTANDERS))
            finally:
                sent = await sending
            tally.found += await bursts.wrong(sent)
            tally.tried["messages"] += len(sent)
            tally.tried["of them refused by RabbitMQ"] += sum(one.refused is not None for one in sent)

        def check(letters: list[Letter]) -> None:
            try:
                runner.run(send(letters))
            except Exception:  # noqa: BLE001 -- hypothesis would try it again, in a world that has changed
                tally.found.append(f"{traceback.format_exc()[-3000:]}\n{letters}")

        try:
            yield check
            if left := runner.run(session.left_unacked()):
                tally.found.append(f"{left} messages were left unacked")
        finally:
            runner.run(context.__aexit__(None, None, None))
        tally.told += [f"bystanders alone: {_figures(alone)}", f"beside a burst: {_figures(beside)}"]


def _figures(seconds: Sequence[float]) -> str:
    """Of so many: the middle, and what one in a hundred exceeds."""
    ordered = sorted(seconds) or [0.0]
    middle, most = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.99))
    return f"p50 {middle:.0f} ms, p99 {most:.0f} ms of {len(seconds)}"


TARGET = Target("messages", BURSTS, opened, examples=10, shrinks=False, share=3, over_servers=True)
OWNED = Target(
    "messages-of-owners",
    SIGNED_BURSTS,
    partial(opened, owners=True),
    examples=10,
    shrinks=False,
    share=3,
    over_servers=True,
)
"""The same where bookings have owners, and the letters a user."""
