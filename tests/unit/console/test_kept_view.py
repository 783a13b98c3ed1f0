"""A dead letter as the console shows it."""

from console.facts.kept_view import view_of
from publisher.amqp.dead_letter import DeadLetter
from publisher.amqp.message import Delivery

WANTED = ("name", "car")


def test_fields_that_a_request_lacks_are_there_to_be_filled_in() -> None:
    letter = DeadLetter.from_delivery(Delivery(body=b'{"booking_id": "d1", "name": "A", "extra": 2}'))

    assert view_of(letter, WANTED).fields == {"name": "A", "extra": "2", "car": ""}


def test_a_body_that_is_no_object_has_none() -> None:
    for body in (b"[]", b"no json", b"1"):
        assert view_of(DeadLetter.from_delivery(Delivery(body=body)), WANTED).fields == {}
