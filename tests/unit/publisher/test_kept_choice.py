"""Which kept messages a command line chooses."""

import json

import pytest
import typer

from publisher.amqp.dead_letter import DeadLetter
from publisher.amqp.message import Delivery
from publisher.cli.kept_choice import Choice, Words

WORDS = Words("dead letter", "voyage dead")


def letter(body: bytes) -> DeadLetter:
    return DeadLetter(Delivery(body=body, message_id="m-1"), reason="invalid", error="", time="")


@pytest.mark.parametrize(("ids", "reason"), [(["a"], None), (None, "invalid")])
def test_all_and_some_of_them_is_no_choice(ids: list[str] | None, reason: str | None) -> None:
    with pytest.raises(typer.BadParameter, match="--all goes without"):
        Choice.of(WORDS, ids, reason, everything=True)


@pytest.mark.parametrize("named", ["m-1", "trip-1"])
def test_a_letter_is_chosen_by_its_id_and_by_that_of_its_booking(named: str) -> None:
    choice = Choice.of(WORDS, [named], None, everything=False)
    assert choice(letter(json.dumps({"booking_id": "trip-1"}).encode()))
    assert choice.missing() == ""


@pytest.mark.parametrize("body", [b"\xff", b"[1]", b'{"booking_id": 4}', b"[" * 5000])
def test_a_letter_that_says_no_booking_has_its_own_id(body: bytes) -> None:
    assert letter(body).names == {"m-1"}
