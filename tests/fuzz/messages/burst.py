"""One burst of letters between bystanders, and the rules that must hold for it."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from publisher.amqp.message import Delivery
from tests.fuzz.messages.contract import (
    BY_REQUEST,
    CONFLICT,
    Answer,
    answers,
    booking,
    booking_of_control,
    read,
)
from tests.fuzz.messages.letters import Letter, Reply, To
from tests.fuzz.messages.session import WITHIN, Session, names_of
from tests.poll import eventually

REJECTED = "rejected"


@dataclass
class Sent:
    """A letter, its reply queue, and how RabbitMQ refused it, if it did."""

    letter: Letter
    queue: str
    refused: str | None = None

    @property
    def is_request(self) -> bool:
        return self.letter.to is not To.CONTROL

    @property
    def asks(self) -> str | None:
        """What a control message that means something asks for, unless it says so wrongly."""
        found = None if self.is_request else booking_of_control(self.letter)
        return found[0] if found else None

    @property
    def reply_to(self) -> bytes:
        return {Reply.RESULTS: b"", Reply.FORBIDDEN: self.letter.reply_to}.get(
            self.letter.reply, self.queue.encode()
        )


class Bursts:
    """Knows what earlier bursts have booked and cancelled, which is what later answers depend on."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._booked: Counter[str] = Counter()
        self._cancelled: set[str] = set()
        self._may_come_late: set[str] = set()

    async def send(self, letters: list[Letter]) -> list[Sent]:
        """All of them, one after the other; each with a queue of its own for its answer."""
        names = self._session.world.settings
        sent = [Sent(*pair) for pair in zip(letters, names_of(letters, names.results_queue), strict=True)]
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
            f"{text}: {one}\nbody {_shown(one.letter.body)}" for one in taken for text in self._wrong(one)
        ]
        found += self._wrong_in_common(taken)
        found += self._session.complaints()
        if (await self._session.depths())[1]:
            found.append("a queue has no consumer any more")
        for one in sent:
            if one.letter.reply is Reply.OWN:
                await self._session.drop_queue(one.queue)
        names = self._session.world.settings
        for queue in (names.results_queue, names.parked_queue, names.dead_queue):
            self._session.seen[queue].clear()
        return found

    async def _all_there(self, taken: list[Sent]) -> bool:
        """Whether as many answers and dead letters have come as must come."""
        if any(len(self._answers(one)) < self._must_come(one) for one in taken):
            return False
        waiting, _ = await self._session.depths()
        return (
            not waiting
            and len(self._dead()) >= self._dead_expected(taken)
            and not self._in_common_missing(taken)
        )

    def _must_come(self, one: Sent) -> int:
        if one.letter.reply not in (Reply.OWN, Reply.GONE):
            return 0
        return int(one.is_request or one.asks == "status")

    def _answers(self, one: Sent) -> list[Delivery]:
        names = self._session.world.settings
        parked = self._session.seen[names.parked_queue]
        return self._session.seen[one.queue] + [
            answer for answer in parked if answer.headers.get("x-reply-to") == one.queue
        ]

    def _in_common(self, taken: list[Sent]) -> list[Sent]:
        return [one for one in taken if one.is_request and one.letter.reply is Reply.RESULTS]

    def _results(self) -> list[Delivery]:
        return self._session.seen[self._session.world.settings.results_queue]

    def _in_common_missing(self, taken: list[Sent]) -> int:
        return len(self._in_common(taken)) - len(self._results())

    def _dead(self) -> list[Delivery]:
        return self._session.seen[self._session.world.settings.dead_queue]

    def _dead_expected(self, taken: list[Sent]) -> int:
        rejected = [
            answer for one in taken if one.is_request for answer in self._answers(one)
        ] + self._results()
        forbidden = [one for one in taken if one.is_request and one.letter.reply is Reply.FORBIDDEN]
        return sum(_status(answer)[0] == REJECTED for answer in rejected) + len(forbidden)

    def _true(self, one: Sent) -> set[Answer]:
        name = booking(one.letter)
        more = {CONFLICT} if self._booked[name] > 1 else set()
        return (
            answers(one.letter, datetime.now(UTC))
            | more
            | ({BY_REQUEST} if name in self._cancelled else set())
        )

    def _wrong(self, one: Sent) -> list[str]:
        said = self._answers(one)
        must, most = self._must_come(one), max(self._must_come(one), int(one.asks == "cancel"))
        if not must <= len(said) <= most:
            return [f"{len(said)} answers, not {must} {[_status(answer) for answer in said]}"]
        found = []
        for answer in said:
            if one.is_request and _status(answer) not in self._true(one):
                found.append(f"{answer.body!r} is none of {self._true(one)}")
            kind = "booking.status" if one.asks == "status" else "booking.result"
            if answer.type != kind:
                found.append(f"an answer of the type {answer.type}")
            known = one.letter.text("correlation_id") or one.letter.text("message_id")
            if known and len(known) < 60 and read(known) != answer.correlation_id:
                found.append(f"correlation id {answer.correlation_id!r}, not {read(known)!r}")
        return found

    def _wrong_in_common(self, taken: list[Sent]) -> list[str]:
        """Answers that can't be told apart by their queue, and dead letters."""
        found = []
        asked, said = self._in_common(taken), [_status(answer) for answer in self._results()]
        if len(said) != len(asked):
            found.append(f"{len(said)} answers in the results queue, not {len(asked)}: {said} {asked}")
        true = set().union(*(self._true(one) for one in asked)) if asked else set()
        found += [f"{answer} is true of none of {asked}" for answer in said if answer not in true]
        dead = Counter((letter.body, letter.headers.get("x-reason")) for letter in self._dead())
        if sum(dead.values()) != self._dead_expected(taken):
            found.append(f"{sum(dead.values())} dead letters, not {self._dead_expected(taken)}")
        for one in taken:
            codes = [
                code
                for answer in self._answers(one)
                for status, code in [_status(answer)]
                if status == REJECTED
            ]
            codes += (
                ["reply_to_not_allowed"] if one.is_request and one.letter.reply is Reply.FORBIDDEN else []
            )
            for code in codes if one.is_request else []:
                dead[one.letter.body, code] -= 1
                if dead[one.letter.body, code] < 0:
                    found.append(
                        f"no dead letter with the reason {code}: {one}\nbody {_shown(one.letter.body)}"
                    )
        return found


def _status(answer: Delivery) -> Answer:
    body = json.loads(answer.body)
    return body["status"], (body["reason"] or {}).get("code")


def _shown(body: bytes) -> str:
    return repr(body) if len(body) < 1500 else f"{body[:1000]!r}… {len(body)} bytes"
