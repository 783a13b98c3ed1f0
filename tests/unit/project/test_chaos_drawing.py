"""What a chaos run does follows from its seed alone."""

from collections import Counter

import pytest

from tests.chaos.faults import schedule
from tests.chaos.load import orders
from tests.chaos.load.orders import Order
from tests.chaos.load.poison import Poison, is_written
from tests.chaos.safari import Safari
from tests.fuzz.messages.frames import entry, nested
from tests.fuzz.messages.letters import Letter, Reply, To

pytestmark = pytest.mark.thorough

PROCESSES = ("rabbitmq", "temporal", "supplier", "consumer-1", "consumer-2", "worker-1", "worker-2")
LINKS = ("rabbitmq", "temporal", "supplier")


def faults(seed: int, count: int) -> list[schedule.Fault]:
    return schedule.draw(seed, count, 4.0, PROCESSES, LINKS, "rabbitmq")


def test_the_same_seed_draws_the_same_faults_and_orders_and_another_seed_others() -> None:
    assert faults(7, 50) == faults(7, 50) != faults(8, 50)
    assert orders.draw(7, 50, 60.0) == orders.draw(7, 50, 60.0) != orders.draw(8, 50, 60.0)


def test_what_a_deep_stack_could_not_read_is_never_drawn() -> None:
    deep, deeper, deepest = (
        Letter(To.REQUESTS, b"{}", Reply.RESULTS, headers=entry(b"a", nested(levels, b"A")))
        for levels in (50, 300, 5000)
    )

    assert is_written(deep)
    assert not is_written(deeper)
    assert not is_written(deepest)


def test_every_fault_comes_once_before_any_comes_again() -> None:
    kinds = Counter((fault.kind, fault.target) for fault in faults(7, 56))

    assert len(kinds) == 7 * 3 + 3 * 2 + 1
    assert set(kinds.values()) == {2}


def test_where_there_are_clusters_what_only_they_have_comes_first() -> None:
    nodes = ("rabbitmq-1", "rabbitmq-2", "rabbitmq-3")
    servers = (*nodes, "postgresql", "temporal-1", "temporal-2")
    drawn = schedule.draw_for_clusters(7, 27, 12.0, servers, PROCESSES[3:], nodes)
    targets = {fault.target for fault in drawn}

    assert len({(fault.kind, fault.target) for fault in drawn}) == 27
    assert targets == {*servers, schedule.LEADER, schedule.TWO, schedule.EACH}


def test_faults_come_in_order_and_over_the_whole_time() -> None:
    times = [fault.at for fault in faults(7, 100)]

    assert times == sorted(times)
    assert 0 < times[0] < 8
    assert 392 < times[-1] < 400


def test_orders_have_about_the_shares_that_are_promised() -> None:
    drawn = orders.draw(1, 20_000, 100.0)
    booked = [message for message in drawn if isinstance(message, Order)]
    poison = sum(isinstance(message, Poison) for message in drawn)
    again = sum(order.again_after is not None for order in booked)
    cancelled = sum(order.cancel_after is not None for order in booked)

    assert 0.19 < poison / len(drawn) < 0.21
    assert 0.04 < again / len(booked) < 0.06
    assert 0.04 < cancelled / len(booked) < 0.06
    assert len({order.booking_id for order in booked}) == len(booked)


def test_items_follow_from_the_trip() -> None:
    drawn = [order for order in orders.draw(1, 5_000, 100.0, trip=Safari) if isinstance(order, Order)]
    kinds = {order.kind for order in drawn}
    refused = {leg for order in drawn for leg, item in order.items.items() if "fault=refuse" in str(item)}

    assert kinds == set(orders.Kind)
    assert refused == set(Safari.declared_legs)
    assert 0.4 < sum("guide" in order.items for order in drawn) / len(drawn) < 0.6
    assert all(order.details == {"loyalty_number": "my-loyalty-number"} for order in drawn)
    for order in drawn:
        Safari.model_validate({"name": "Jane", **order.items, **order.details})


def test_a_soak_restarts_each_process_in_turn_once_a_minute() -> None:
    drawn = schedule.restarts(7, 14, 60.0, PROCESSES)

    assert Counter(fault.target for fault in drawn) == dict.fromkeys(PROCESSES, 2)
    assert [fault.at for fault in drawn[:3]] == [30.0, 90.0, 150.0]
