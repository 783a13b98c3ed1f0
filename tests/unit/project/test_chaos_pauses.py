"""How long a fault kept bookings from ending, from the times of their answers."""

from tests.chaos.observation.pauses import NO_FAULT, Spell, pauses, table

EVERY_SECOND = [float(second) for second in range(100)]


def test_a_fault_that_keeps_nobody_costs_what_there_is_without_one() -> None:
    assert pauses([Spell("kill rabbitmq-1", 20.5, 30.5)], EVERY_SECOND) == {
        NO_FAULT: [1.0],
        "kill rabbitmq": [1.0],
    }


def test_it_counts_until_the_first_answer_after_the_fault() -> None:
    answers = [at for at in EVERY_SECOND if not 21 <= at <= 45]
    found = pauses([Spell("kill rabbitmq-1", 20.5, 30.5), Spell("kill rabbitmq-2", 60.5, 61.5)], answers)
    assert found["kill rabbitmq"] == [26.0, 1.0]
    assert found[NO_FAULT] == [1.0]


def test_a_fault_for_which_nobody_waited_is_left_out() -> None:
    assert pauses([Spell("kill worker-1", 98.5, 120.0)], EVERY_SECOND).keys() == {NO_FAULT}
    assert pauses([Spell("kill worker-1", 1.0, 2.0)], []) == {}


def test_the_worst_comes_first() -> None:
    found = {"kill rabbitmq": [1.0, 5.0], "cut temporal link": [26.0]}
    first, second = table(found)
    assert first.startswith("cut temporal link")
    assert "2 times, no booking ended for   3.0 s, at most   5.0 s" in second
