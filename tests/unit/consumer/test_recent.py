"""Answers of Temporal are used again for a moment, and not longer."""

from consumer.temporal.recent import MOMENT, Recent


def test_an_answer_is_remembered_for_a_moment() -> None:
    now = [5.0]
    recent = Recent[bool](lambda: now[0])
    recent.put("a", answer=False)
    assert (recent.get("a"), recent.get("b")) == (False, None)
    now[0] += MOMENT
    assert recent.get("a") is None


def test_an_answer_can_be_forgotten_and_old_ones_take_no_memory() -> None:
    now = [5.0]
    recent = Recent[int](lambda: now[0])
    for number in range(5000):
        now[0] += MOMENT / 10
        recent.put(str(number), number)
    assert recent.get("4999") == 4999
    assert len(recent) < 1100
    recent.forget("4999")
    assert recent.get("4999") is None
