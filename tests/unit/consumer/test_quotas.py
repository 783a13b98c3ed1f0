"""Quotas of owners: how they are set, and what an owner may start of his, at one consumer of several."""

import asyncio
import time

import pytest
from pydantic import ValidationError

from consumer import quotas
from consumer.quotas import Quota
from consumer.requests import allowances
from consumer.requests.allowances import Allowance, Allowances
from consumer.requests.waiting_queues import EXPIRES, seconds_left
from consumer.settings import ConsumerSettings
from consumer.temporal.open_bookings import OpenBookings
from publisher.amqp.message import Delivery
from tests.poll import eventually
from voyage.errors import SettingsError
from voyage.runtime.settings import load_settings


class Counts:
    """How many bookings Temporal shows, and how often it was asked."""

    def __init__(self, shown: int | None = 0) -> None:
        self.shown = shown
        self.asked = 0

    async def __call__(self) -> int | None:
        self.asked += 1
        return self.shown


def an_allowance(quota: Quota, consumers: int = 1, shown: int | None = 0) -> Allowance:
    return Allowance(quota, lambda: consumers, Counts(shown))


async def taken(allowance: Allowance, of: int = 50) -> int:
    return sum([await allowance.take() for _ in range(of)])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        (" , ", {}),
        ("batch=2/100", {"batch": Quota(rate=2, open=100)}),
        ("a=0.5/-, b@example.com=-/7", {"a": Quota(rate=0.5), "b@40example@2Ecom": Quota(open=7)}),
        ("free=-/-", {"free": Quota()}),
    ],
)
def test_quotas_of_some_owners(text: str, found: dict[str, Quota]) -> None:
    assert quotas.read(text) == found


FORM, RATES = "batch=2/100,partner=50/-", "takes rates from 0.001"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *((text, FORM) for text in ("a", "=1/1", "a=", "a=1", "a=-1/1", "a=nan/1", "a=inf/1", "a=1/1.5")),
        *((text, FORM) for text in ("a=1/1/1", "a=x/y", "a=1/2;b=3/4", "a=1/2 b=3/4", "'a'=1/1", "a=1_0/1")),
        *((text, FORM) for text in ("a=\u0661/1", "a=1e-320/1", "a=b=1/1")),
        *((text, RATES) for text in ("a=0/1", "a=0.0001/-", "a=10000000/-")),
        *((text, "takes 1 to 1000000 open") for text in ("a=1/0", "a=-/2000000")),
        ("a=1/1, b=1/1, a=2/2", "names a user twice"),
    ],
)
def test_what_is_no_quota_is_refused_and_nothing_of_it_repeated(
    text: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOYAGE_QUOTAS", text)
    with pytest.raises(SettingsError, match=r"^VOYAGE_QUOTAS: ") as refused:
        load_settings(ConsumerSettings)
    assert why in str(refused.value)


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "many"])
def test_a_rate_is_a_positive_number(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYAGE_QUOTA_RATE", value)
    with pytest.raises(SettingsError, match=r"^VOYAGE_QUOTA_RATE: "):
        load_settings(ConsumerSettings)
    with pytest.raises(ValidationError):
        ConsumerSettings(quota_open=0)


def test_quotas_need_owners_and_what_waits_is_taken_also_where_nobody_has_one_any_more() -> None:
    ConsumerSettings(owners=True, quotas="a=1/-").require_owners_for_quotas()
    assert set(ConsumerSettings().waiting_queues).isdisjoint(ConsumerSettings().consumed_queues)
    assert set(ConsumerSettings().waiting_queues) < set(ConsumerSettings(owners=True).consumed_queues)
    ConsumerSettings(quotas="a=-/-").require_owners_for_quotas()
    with pytest.raises(SettingsError, match="VOYAGE_OWNERS=true"):
        ConsumerSettings(quota_open=1).require_owners_for_quotas()


async def test_a_rate_is_shared_among_the_consumers() -> None:
    assert await taken(an_allowance(Quota(rate=4))) == 40, "of ten seconds, at once"
    assert await taken(an_allowance(Quota(rate=4), consumers=5)) == 8
    assert await taken(an_allowance(Quota(rate=0.01), consumers=5)) == 1, "the least is one"


async def test_a_rate_allows_more_with_time_and_those_that_wait_go_in_their_order() -> None:
    allowance = an_allowance(Quota(rate=20))
    assert await taken(allowance, of=200) == 200
    began, order = time.monotonic(), list[int]()

    async def request(number: int) -> None:
        await allowance.wait()
        order.append(number)

    await asyncio.gather(*(request(number) for number in range(10)))
    assert order == list(range(10))
    assert time.monotonic() - began >= 0.4, "ten in half a second"
    assert allowance.waiting == 0


async def test_who_comes_or_goes_gives_nobody_a_rate_anew() -> None:
    consumers = [1]
    allowance = Allowance(Quota(rate=4), lambda: consumers[0], Counts())
    assert await taken(allowance) == 40
    for consumers[0] in (2, 3, 2, 1):
        assert await taken(allowance) == 0


def test_an_expiration_runs_on_through_copies_and_returns() -> None:
    def left(**headers: str) -> float | None:
        return seconds_left(Delivery(body=b"", expiration=50.0, headers=headers))

    assert seconds_left(Delivery(body=b"")) is None
    assert (left(), left(**{EXPIRES: "soon"}), left(**{EXPIRES: "1e30"}), left(**{EXPIRES: "0"})) == (
        50,
        50,
        50,
        0,
    )
    assert left(**{EXPIRES: f"{time.time() + 20:.3f}"}) == pytest.approx(20, abs=5)


async def test_open_bookings_are_shared_among_the_consumers_and_none_starts_beyond() -> None:
    assert await taken(an_allowance(Quota(open=5), shown=3)) == 2
    assert await taken(an_allowance(Quota(open=10), consumers=2, shown=4)) == 3
    assert await taken(an_allowance(Quota(open=5), shown=5)) == 0
    assert await taken(an_allowance(Quota(open=5), shown=None)) == 0, "Temporal doesn't say"


async def test_while_temporal_does_not_say_the_last_count_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowances, "LOOK", 0.0)
    monkeypatch.setattr(allowances, "UNSEEN", 0.0)
    counts = Counts(shown=0)
    allowance = Allowance(Quota(open=2), lambda: 1, counts)
    assert await taken(allowance, of=2) == 2
    counts.shown = None
    assert await allowance.take()


async def test_what_has_begun_counts_until_temporal_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowances, "LOOK", 0.0)
    allowance = an_allowance(Quota(open=3))
    assert await taken(allowance) == 3, "although Temporal shows none of them"
    monkeypatch.setattr(allowances, "UNSEEN", 0.0)
    assert await allowance.take(), "they have ended"


async def test_temporal_is_asked_seldom_for_an_owner_with_room_and_for_one_without() -> None:
    counts = Counts(shown=0)
    allowance = Allowance(Quota(open=100), lambda: 1, counts)
    assert await taken(allowance, of=50) == 50
    assert counts.asked == 1
    counts.shown = 200
    full = Allowance(Quota(open=100), lambda: 1, counts)
    assert await taken(full, of=50) == 0
    assert counts.asked == 2


async def test_who_comes_while_others_of_his_wait_waits_too() -> None:
    settings = ConsumerSettings(owners=True, quotas="batch=0.5/-")
    held = Allowances(settings, lambda: 1, OpenBookings.__new__(OpenBookings))
    batch = held.of("batch")
    assert batch
    assert await taken(batch) == 5
    waiting = asyncio.create_task(batch.wait())
    await eventually("one to wait", lambda: batch.waiting == 1)
    assert await held.is_exceeded("batch")
    assert not await held.is_exceeded("partner"), "whoever has no quota"
    assert not await held.is_exceeded(None), "nor has a booking without owner"
    assert not held.has_many_waiting("batch")
    batch.waiting = allowances.MANY
    assert held.has_many_waiting("batch")
    waiting.cancel()
