"""Policies that expire or drop requests: each request is answered, with the reason."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.acceptance.doctor_reports import doctor
from tests.acceptance.inbox import TRIP, Inbox
from tests.acceptance.operations.conftest import Managed
from tests.poll import eventually

pytestmark = pytest.mark.thorough

SENT = 12


@pytest.mark.parametrize(
    ("policy", "named", "taken"),
    [
        ({"message_ttl": 100}, "message-ttl", SENT),
        ({"max_length": 2, "overflow": "drop-head"}, "max-length", SENT - 2),
        ({"max_length_bytes": 100, "overflow": "drop-head"}, "max-length", SENT - 1),
    ],
)
async def test_what_a_policy_takes_is_answered_with_the_true_reason(
    managed: Managed, policy: dict[str, Any], named: str, taken: int
) -> None:
    names = managed.world.settings
    await managed.policy(names.requests_queue, **policy)
    await managed.world.prepare()
    async with managed.channel() as channel:
        inbox = await Inbox.open(channel, names)
        for number in range(SENT):
            await inbox.send({**TRIP, "booking_id": f"{inbox.queue.name}-{number}"})

        async def out_of_their_queue() -> bool:
            return await managed.world.depth(names.undelivered_queue) >= taken

        await eventually("RabbitMQ to take the requests out of their queue", out_of_their_queue)
        consumer, _ = await asyncio.gather(managed.world.consumer(), managed.world.worker())
        answers = [await inbox.answer() for _ in range(SENT)]

    rejected = [answer for answer in answers if answer["status"] == "rejected"]
    assert Counter(answer["status"] for answer in answers)["rejected"] >= taken
    assert {answer["reason"]["code"] for answer in rejected} == {"unavailable"}
    assert all(named in answer["reason"]["message"] for answer in rejected)
    assert len({answer["booking_id"] for answer in answers}) == SENT
    warnings = [line for line in consumer.log if "A policy of RabbitMQ takes requests" in line]
    assert len(warnings) == 1


@pytest.mark.parametrize(
    ("kind", "queue", "policy"),
    [
        ("policy", "requests_queue", {"message_ttl": 60_000}),
        ("operator policy", "control_queue", {"max_length": 1000}),
        ("policy", "undelivered_queue", {"max_length_bytes": 1000}),
        ("operator policy", "results_queue", {"expires": 60_000}),
        ("policy", "dead_queue", {"delivery_limit": 3}),
        ("policy", "results_queue", {"delivery_limit": 20}),
    ],
)
async def test_doctor_finds_a_policy_that_takes_messages(
    managed: Managed, kind: str, queue: str, policy: dict[str, Any]
) -> None:
    name = getattr(managed.world.settings, queue)
    await managed.world.prepare()
    await managed.policy(name, operator=kind == "operator policy", **policy)
    report = await doctor(managed.world, VOYAGE_MANAGEMENT_URL=managed.administered)
    [(key, value)] = policy.items()

    assert report.states["policies"] == "failed"
    assert f"{kind} {name} on {name}: {key.replace('_', '-')}={value}" in report.found["policies"]
    assert "list_operator_policies" in report.to_do["policies"]


async def test_doctor_passes_policies_that_take_nothing(managed: Managed) -> None:
    names = managed.world.settings
    await managed.world.prepare()
    await managed.policy(names.requests_queue, delivery_limit=100, overflow="reject-publish")
    await managed.policy(f"{names.requests_queue}.other", message_ttl=1)
    report = await doctor(managed.world, VOYAGE_MANAGEMENT_URL=managed.administered)
    assert report.states["policies"] == "ok"


async def test_doctor_says_where_to_look_if_nobody_tells_it(managed: Managed) -> None:
    await managed.world.prepare()
    unset = await doctor(managed.world)
    forbidden = await doctor(managed.world, VOYAGE_MANAGEMENT_URL=managed.management_url)
    absent = await doctor(managed.world, VOYAGE_MANAGEMENT_URL="http://127.0.0.1:1")
    for report in (unset, forbidden, absent):
        assert report.states["policies"] == "unknown"
        assert "rabbitmqctl list_policies --vhost /" in report.to_do["policies"]
    assert "401" in forbidden.found["policies"]


async def test_a_consumer_names_such_a_policy_when_it_starts(managed: Managed) -> None:
    name = managed.world.settings.results_queue
    await managed.policy(name, expires=60_000)
    managed.world.extra["VOYAGE_MANAGEMENT_URL"] = managed.administered
    consumer = await managed.world.consumer()
    await consumer.logged(f"policy {name} on {name}: expires=60000")
