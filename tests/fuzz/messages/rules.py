"""What must hold for the answers and the dead letters of a burst."""

from collections import Counter
from collections.abc import Callable, Sequence

from publisher.amqp.message import Delivery
from tests.fuzz.messages.contract import Answer, read
from tests.fuzz.messages.letters import Reply
from tests.fuzz.messages.mail import REJECTED, Mail, Sent, status_of


def wrong_answers(one: Sent, said: Sequence[Delivery], true: set[Answer]) -> list[str]:
    """What is wrong with the answers to a letter that has a queue of its own."""
    must, most = one.must_come, max(one.must_come, int(one.asks == "cancel"))
    if not must <= len(said) <= most:
        return [f"{len(said)} answers, not {must} {[status_of(answer) for answer in said]}"]
    found = []
    for answer in said:
        if one.is_request and status_of(answer) not in true:
            found.append(f"{answer.body!r} is none of {true}")
        kind = "booking.status" if one.asks == "status" else "booking.result"
        if answer.type != kind:
            found.append(f"an answer of the type {answer.type}")
        known = one.letter.text("correlation_id") or one.letter.text("message_id")
        if known and len(known) < 60 and read(known) != answer.correlation_id:
            found.append(f"correlation id {answer.correlation_id!r}, not {read(known)!r}")
    return found


def wrong_in_common(mail: Mail, taken: Sequence[Sent], true_of: Callable[[Sent], set[Answer]]) -> list[str]:
    """Answers that can't be told apart by their queue, and dead letters."""
    found = []
    asked, said = mail.in_common(taken), [status_of(answer) for answer in mail.results()]
    if len(said) != len(asked):
        found.append(f"{len(said)} answers in the results queue, not {len(asked)}: {said} {asked}")
    true = set().union(*(true_of(one) for one in asked)) if asked else set()
    found += [f"{answer} is true of none of {asked}" for answer in said if answer not in true]
    dead = Counter((letter.body, letter.headers.get("x-reason")) for letter in mail.dead())
    if sum(dead.values()) != mail.dead_expected(taken):
        found.append(f"{sum(dead.values())} dead letters, not {mail.dead_expected(taken)}")
    for one in taken:
        told = [status_of(answer) for answer in mail.answers_to(one)]
        codes = [code for status, code in told if status == REJECTED]
        codes += ["reply_to_not_allowed"] if one.is_request and one.letter.reply is Reply.FORBIDDEN else []
        for code in codes if one.is_request else []:
            dead[one.letter.body, code] -= 1
            if dead[one.letter.body, code] < 0:
                found.append(f"no dead letter with the reason {code}: {one}\nbody {shown(one.letter.body)}")
    return found


def shown(body: bytes) -> str:
    """A body as a person can read it."""
    return repr(body) if len(body) < 1500 else f"{body[:1000]!r}… {len(body)} bytes"
