"""One burst of letters between bystanders, and the rules that must hold for it."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

from tests.fuzz.messages.contract import (
    BY_REQUEST,
    CONFLICT,
    Answer,
    answers,
    booking,
    booking_of_control,
)
from tests.fuzz.messages.letters import Letter, Reply
from tests.fuzz.messages.mail import Mail, Sent
from tests.fuzz.messages.rules import shown, wrong_answers, wrong_in_common
from tests.fuzz.messages.session import WITHIN, Session, names_of
from tests.poll import eventually


class Bursts:
    """Knows what earlier bursts have booked and cancelled, which is what later answers depend on."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._mail = Mail(session.seen, session.names)
        self._booked: Counter[str] = Counter()
        self._cancelled: set[str] = set()
        self._may_come_late: set[str] = set()

    async def send(self, letters: list[Letter]) -> list[Sent]:
        """All of them, one after the other; each with a queue of its own for its answer."""
        own = names_of(letters, self._session.names.own_reply_queues.removesuffix("."))
        sent = [Sent(*pair) for pair in zip(letters, own, strict=True)]
        for one in sent:
            if one.letter.reply is Reply.OWN:
                await self._session.new_queue(one.queue)
            if one.is_request:
                self._booked[booking(one.letter)] += 1
            if one.asks == "cancel":
                self._cancelled.add((booking_of_control(one.letter) or ("", ""))[1])
                self._may_come_late.add(one.queue)
        await asyncio.to_thread(self._send_all, sent)
        return sent

    def _send_all(self, sent: list[Sent]) -> None:
        for one in sent:
            header = one.letter.header(one.reply_to)
            one.refused = self._session.sender.send(
                self._session.queues[one.letter.to], header, one.letter.body
            )

    async def wrong(self, sent: list[Sent]) -> list[str]:
        """Wait for every answer and every dead letter; what broke a rule, one text each."""
        taken = [one for one in sent if not one.refused]
        found = []
        try:
            await eventually("every answer and dead letter", lambda: self._all_there(taken), WITHIN)
        except AssertionError as late:
            found.append(str(late))
        found += [
            f"{text}: {one}\nbody {shown(one.letter.body)}"
            for one in taken
            for text in wrong_answers(one, self._mail.answers_to(one), self._true(one))
        ]
        known = self._may_come_late | {one.queue for one in taken}
        found += [
            f"an answer to an earlier letter: {answer}"
            for answer in self._mail.parked()
            if answer.headers.get("x-reply-to") not in known
        ]
        found += wrong_in_common(self._mail, taken, self._true)
        found += self._session.complaints()
        if (await self._session.depths())[1]:
            found.append("a queue has no consumer any more")
        for one in sent:
            if one.letter.reply is Reply.OWN:
                await self._session.drop_queue(one.queue)
        names = self._session.names
        for queue in (names.own_results_queue, names.parked_queue, names.dead_queue):
            self._session.seen[queue].clear()
        return found

    async def _all_there(self, taken: list[Sent]) -> bool:
        """Whether as many answers and dead letters have come as must come."""
        if any(len(self._mail.answers_to(one)) < one.must_come for one in taken):
            return False
        waiting, _ = await self._session.depths()
        return (
            not waiting
            and len(self._mail.dead()) >= self._mail.dead_expected(taken)
            and not self._mail.missing_in_common(taken)
        )

    def _true(self, one: Sent) -> set[Answer]:
        name = booking(one.letter)
        conflict = {CONFLICT} if self._booked[name] > 1 else set()
        cancelled = {BY_REQUEST} if name in self._cancelled else set()
        return answers(one.letter, datetime.now(UTC)) | conflict | cancelled
