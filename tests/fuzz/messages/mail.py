"""What was sent and what has come of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from publisher.amqp.message import Delivery
from publisher.settings import BrokerSettings
from tests.fuzz.messages.contract import Answer, booking_of_control
from tests.fuzz.messages.letters import Letter, Reply, To

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

    @property
    def must_come(self) -> int:
        """How many answers must come to a queue by which they are told apart; a status is not parked."""
        own, gone = self.letter.reply is Reply.OWN, self.letter.reply is Reply.GONE
        return int((own or gone) and self.is_request) or int(own and self.asks == "status")


class Mail:
    """Answers and dead letters, as they were seen."""

    def __init__(self, seen: Mapping[str, list[Delivery]], names: BrokerSettings) -> None:
        self._seen = seen
        self._names = names

    def answers_to(self, one: Sent) -> list[Delivery]:
        """Those in its own queue, and those that are parked because it is gone."""
        parked = [answer for answer in self.parked() if answer.headers.get("x-reply-to") == one.queue]
        return self._seen[one.queue] + parked

    def parked(self) -> list[Delivery]:
        """Answers to a queue that is gone."""
        return self._seen[self._names.parked_queue]

    def results(self) -> list[Delivery]:
        """Answers to those that named no queue."""
        return self._seen[self._names.own_results_queue]

    def in_common(self, taken: Sequence[Sent]) -> list[Sent]:
        """Whose answers come to one queue."""
        return [one for one in taken if one.is_request and one.letter.reply is Reply.RESULTS]

    def missing_in_common(self, taken: Sequence[Sent]) -> int:
        """How many of these answers have not come."""
        return len(self.in_common(taken)) - len(self.results())

    def dead(self) -> list[Delivery]:
        """What cannot become a booking."""
        return self._seen[self._names.dead_queue]

    def dead_expected(self, taken: Sequence[Sent]) -> int:
        """How many there must be: as many as were rejected, or have no address."""
        told = [answer for one in taken if one.is_request for answer in self.answers_to(one)]
        rejected = told + self.results()
        forbidden = [one for one in taken if one.is_request and one.letter.reply is Reply.FORBIDDEN]
        return sum(status_of(answer)[0] == REJECTED for answer in rejected) + len(forbidden)


def status_of(answer: Delivery) -> Answer:
    """Its status and the code of its reason."""
    body = json.loads(answer.body)
    return body["status"], (body["reason"] or {}).get("code")
