"""Without owners nothing is asked of a message; else whose it is follows from what RabbitMQ checked."""

import json
from typing import Any

import pytest
from pydantic import SecretStr

from consumer.control.decision import AskStatus, Drop, decide_control
from consumer.owners import require_own_user
from consumer.requests.decision import Reject, Start, decide
from consumer.settings import ConsumerSettings
from publisher.amqp.message import Delivery
from publisher.amqp.ownership import as_operator
from publisher.errors import NotEditableError
from voyage.errors import SettingsError

BODY = json.dumps({"name": "Jane", "car": "c", "hotel": "h", "flight": "f", "booking_id": "trip-1"}).encode()
URL = SecretStr("amqp://bridge:secret@localhost/")
OFF = ConsumerSettings(amqp_url=URL)
ON = ConsumerSettings(amqp_url=URL, owners=True, operators=" bridge , operator,")


def decided(settings: ConsumerSettings = ON, **properties: Any) -> Start | Reject:
    return decide(Delivery(body=BODY, **properties), settings)


def asked(**properties: Any) -> object:
    body = b'{"booking_id": "trip-1"}'
    return decide_control(Delivery(body=body, type="booking.status", **properties), ON)


def test_with_owners_off_a_user_and_its_headers_change_nothing() -> None:
    plain = decided(OFF)

    assert decided(OFF, user_id="alice", headers={"x-owner": "bob", "x-user-id": "bob"}) == plain
    assert isinstance(plain, Start)
    assert (plain.workflow_id, plain.owner) == ("booking-trip-1", None)
    assert "owner" not in plain.reply_address.to_context()
    assert plain.reply_address.reply_to == "booking.results"


@pytest.mark.parametrize(
    ("user", "headers", "workflow_id"),
    [
        ("alice", {}, "booking-alice/trip-1"),
        ("alice", {"x-owner": "alice"}, "booking-alice/trip-1"),
        ("a@b.c", {}, "booking-a@40b@2Ec/trip-1"),
        ("operator", {}, "booking-operator/trip-1"),
        ("operator", {"x-owner": "alice"}, "booking-alice/trip-1"),
        ("operator", {"x-owner": ""}, "booking-trip-1"),
        ("bridge", {"x-user-id": "alice"}, "booking-alice/trip-1"),
        ("bridge", {"x-user-id": "operator", "x-owner": "alice"}, "booking-alice/trip-1"),
        ("alice", {"x-user-id": "bob"}, "booking-alice/trip-1"),
    ],
)
def test_a_booking_is_its_senders_or_his_for_whom_an_operator_sends(
    user: str, headers: dict[str, str], workflow_id: str
) -> None:
    start = decided(user_id=user, headers=headers)
    about_it = asked(user_id=user, headers=headers, reply_to="amq.gen-x")

    assert isinstance(start, Start)
    assert isinstance(about_it, AskStatus)
    assert start.workflow_id == about_it.workflow_id == workflow_id


@pytest.mark.parametrize(
    ("user", "headers"),
    [
        (None, {}),
        (None, {"x-user-id": "alice"}),
        ("bridge", {}),
        ("bridge", {"x-user-id": ""}),
        ("bridge", {"x-user-id": 7}),
        ("alice", {"x-owner": "bob"}),
        ("alice", {"x-owner": ""}),
        ("operator", {"x-owner": 7}),
        ("bridge", {"x-user-id": "alice", "x-owner": "bob"}),
        ("operator ", {"x-owner": "bob"}),
        ("", {}),
    ],
)
def test_nobodys_message_and_one_for_others_is_rejected_or_dropped(
    user: str | None, headers: dict[str, Any]
) -> None:
    rejected = decided(user_id=user, headers=headers)
    about_it = asked(user_id=user, headers=headers, reply_to="amq.gen-x")

    assert isinstance(rejected, Reject)
    assert (rejected.code, rejected.reply_address) == ("invalid", None)
    assert isinstance(about_it, Drop)


@pytest.mark.parametrize(
    ("user", "headers", "queue", "allowed"),
    [
        ("alice", {}, "booking.results.alice.x", True),
        ("alice", {}, "amq.gen-x", True),
        ("alice", {}, "amq.rabbitmq.reply-to.x", True),
        ("alice", {}, "booking.results.bob.x", False),
        ("alice", {}, "booking.results.alice", False),
        ("alice", {}, "booking.results.alice2.x", False),
        ("alice", {}, "booking.results", False),
        ("alice", {}, "booking.requests.dead", False),
        ("parked", {}, "booking.results.parked", False),
        ("operator", {}, "booking.results", True),
        ("operator", {"x-owner": "alice"}, "booking.results.alice.x", True),
        ("operator", {"x-owner": "alice"}, "booking.results.operator.x", True),
        ("operator", {"x-owner": "alice"}, "booking.results.bob.x", False),
        ("operator", {"x-owner": ""}, "booking.results.bob.x", True),
    ],
)
def test_answers_go_to_queues_of_the_sender_and_the_owner(
    user: str, headers: dict[str, str], queue: str, *, allowed: bool
) -> None:
    properties: dict[str, Any] = {"user_id": user, "headers": headers, "reply_to": queue}

    assert isinstance(decided(**properties), Start) is allowed
    assert isinstance(asked(**properties), AskStatus) is allowed


def test_a_request_without_a_user_is_answered_only_where_rabbitmq_has_named_the_queue() -> None:
    own, shared = decided(reply_to="amq.gen-x"), decided(reply_to="booking.results.alice.x")

    assert isinstance(own, Reject)
    assert own.reply_address
    assert isinstance(shared, Reject)
    assert not shared.reply_address


def test_a_request_without_an_address_is_answered_in_a_queue_of_its_owner() -> None:
    start = decided(user_id="alice")

    assert isinstance(start, Start)
    assert start.reply_address.reply_to == "booking.results.alice.default"


def test_a_consumer_must_know_its_own_user() -> None:
    by_certificate = {"amqp_url": SecretStr("amqps://h?auth=external"), "owners": True}

    require_own_user(ON)
    require_own_user(ON.model_copy(update={**by_certificate, "amqp_user": "bridge"}))
    with pytest.raises(SettingsError, match="VOYAGE_AMQP_USER"):
        require_own_user(ON.model_copy(update=by_certificate))


def test_a_letter_that_was_sent_without_a_user_is_replayed_for_nobody() -> None:
    kept = Delivery(body=BODY, user_id="bridge", headers={"x-user-id": ""})
    with pytest.raises(NotEditableError, match="without a user_id"):
        as_operator(kept, ["bridge"])
