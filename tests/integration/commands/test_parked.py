"""`voyage parked`: what was set aside is found, sent again when its queue is back, or dropped."""

import json
from collections.abc import Mapping

import aio_pika
import pytest
from aio_pika import Message
from pamqp.common import FieldValue

from consumer.settings import ConsumerSettings
from publisher import Client
from tests.commands import run_to_the_end
from tests.integration.rabbitmq.some_results import all_in, result

GONE = "-is-gone"


@pytest.fixture
async def parked(settings: ConsumerSettings) -> list[str]:
    """Two results, one of whose queue is gone; their ids."""
    async with Client.connect(settings=settings):
        pass  # the queues are declared
    failed: dict[str, FieldValue] = {
        "x-reason": "handler_failed",
        "x-error": "ValueError: no (10 tries)",
        "x-reply-to": settings.results_queue,
        "x-parked-at": "2026-01-02T03:04:05+00:00",
        "x-tries": 10,
        "traceparent": "t",
    }
    gone: dict[str, FieldValue] = {"x-reply-to": settings.results_queue + GONE}
    ids = ["a" * 32, "b" * 32]
    async with await aio_pika.connect(settings.amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        for number, (own, headers) in enumerate(zip(ids, (failed, gone), strict=True)):
            message = Message(result(number).to_body(), message_id=own, correlation_id="c", headers=headers)
            await channel.default_exchange.publish(message, settings.parked_queue)
    return ids


async def voyage(environment: Mapping[str, str], *words: str) -> tuple[int, str, str]:
    return await run_to_the_end("voyage", "parked", *words, environment=environment)


async def test_list_and_show_tell_why_and_whose(parked: list[str], environment: Mapping[str, str]) -> None:
    for width in (80, 60, 40, 200):
        code, printed, _ = await voyage({**environment, "COLUMNS": str(width)}, "list")
        assert (code, max(map(len, printed.splitlines())) <= width) == (0, True)
        words = ["handler_failed", "reply_to_gone", "2026-01-02T03:04:05", "b-0", "ValueError:", "tries)"]
        assert set(words) <= set(printed.split()), "no word is broken"
        assert all(own in printed for own in parked), "ids are whole at every width"
        assert "…" not in printed
    assert all(word in printed for word in ("handler_failed", "reply_to_gone", "2026-01-02T03:04:05", "b-0"))
    _, printed, _ = await voyage(environment, "list", "--json")
    assert [json.loads(line)["booking_id"] for line in printed.splitlines()] == ["b-0", "b-1"]
    _, printed, _ = await voyage(environment, "show", "b-0")
    shown = json.loads(printed)
    assert (shown["id"], shown["error"]) == (parked[0], "ValueError: no (10 tries)")
    assert json.loads(shown["body"])["booking_id"] == "b-0"


async def test_what_is_sent_again_is_as_it_was_and_what_has_no_queue_stays(
    parked: list[str], environment: Mapping[str, str], settings: ConsumerSettings
) -> None:
    code, printed, said = await voyage(environment, "resend", "--all")
    assert (code, printed.splitlines()) == (2, [f"{parked[0]}\thandler_failed", "1 sent."])
    assert said == (
        f"voyage: Queue '{settings.results_queue}{GONE}' is not there: result {parked[1]} stays. "
        "Name another queue: --to.\n"
    )
    code, printed, _ = await voyage(environment, "resend", "--id", "b-1", "--to", settings.results_queue)
    assert (code, printed.splitlines()[-1]) == (0, "1 sent.")
    came = await all_in(settings, settings.results_queue)
    assert [(one.message_id, one.correlation_id) for one in came] == [(own, "c") for own in parked]
    assert [set(one.headers) - {"x-delivery-count"} for one in came] == [{"traceparent"}, set()]
    assert await all_in(settings, settings.parked_queue) == []


async def test_a_dry_run_says_whose_queue_is_not_there_and_sends_nothing(
    parked: list[str], environment: Mapping[str, str], settings: ConsumerSettings
) -> None:
    code, printed, said = await voyage(environment, "resend", "--all", "--dry-run")
    assert (code, printed.splitlines()) == (2, [f"{parked[0]}\thandler_failed", "1 would be sent."])
    assert said == (
        f"voyage: 1 would stay, as their queue is not there: {settings.results_queue}{GONE} (1). "
        "Name another: --to.\n"
    )
    async with await aio_pika.connect(settings.amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        await channel.declare_queue(settings.results_queue + GONE, exclusive=True)  # nobody else may use it
        code, printed, said = await voyage(environment, "resend", "--all", "--dry-run")
    assert (code, printed.splitlines()[-1], said) == (0, "2 would be sent.", "")
    assert await all_in(settings, settings.results_queue) == []
    assert [one.message_id for one in await all_in(settings, settings.parked_queue)] == parked


async def test_a_missing_queue_and_an_id_that_nothing_has_are_both_named(
    parked: list[str], environment: Mapping[str, str]
) -> None:
    ids = ("--id", "nope", "--id", parked[0])
    code, printed, said = await voyage(environment, "resend", *ids, "--to", "booking.results.gone")
    assert (code, printed, said.count("\n")) == (2, "0 sent.\n", 1)
    assert "Queue 'booking.results.gone' is not there" in said
    assert "No parked result has the id 'nope'." in said


async def test_dropping_takes_what_was_chosen(
    parked: list[str], environment: Mapping[str, str], settings: ConsumerSettings
) -> None:
    code, printed, _ = await voyage(environment, "drop", "--reason", "reply_to_gone", "--dry-run")
    assert (code, printed.splitlines()[-1]) == (0, "1 would be dropped.")
    code, printed, _ = await voyage(environment, "drop", "--reason", "reply_to_gone")
    assert (code, printed.splitlines()[-1]) == (0, "1 dropped.")
    assert [one.message_id for one in await all_in(settings, settings.parked_queue)] == parked[:1]


@pytest.mark.parametrize("which", ["dead", "parked"])
async def test_a_look_makes_no_queue(
    which: str, environment: Mapping[str, str], settings: ConsumerSettings
) -> None:
    for words, code in ((("list",), 0), (("show", "nope"), 1), (("drop", "--all", "--dry-run"), 0)):
        ended, printed, said = await run_to_the_end("voyage", which, *words, environment=environment)
        assert (ended, said.count("\n")) == (code, code), (printed, said)
    async with await aio_pika.connect(settings.amqp_url.get_secret_value()) as connection:
        for name in (settings.dead_queue, settings.parked_queue, settings.requests_queue):
            with pytest.raises(aio_pika.exceptions.ChannelNotFoundEntity):
                await (await connection.channel()).declare_queue(name, passive=True)


@pytest.mark.parametrize(
    "words", [("show", "nope"), ("drop", "--id", "nope"), ("resend", "--reason", "nope", "--dry-run")]
)
async def test_a_selection_that_matches_nothing_is_an_error(
    words: tuple[str, ...], environment: Mapping[str, str]
) -> None:
    code, _, said = await voyage(environment, *words)
    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith("voyage: No parked result has the ")
    assert said.endswith(" 'nope'. See what is there: voyage parked list\n")


@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
async def test_no_result_is_sent_to_where_requests_are_read(
    dry_run: tuple[str, ...], environment: Mapping[str, str], settings: ConsumerSettings
) -> None:
    for queue in (settings.requests_queue, settings.control_queue, settings.dead_queue):
        code, _, said = await voyage(environment, "resend", "--all", "--to", queue, *dry_run)
        assert (code, said.count("\n")) == (2, 1)
        assert f"{queue!r} holds no results. Name another" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("resend",), "say which ones: --id, --reason or --all"),
        (("resend", "--all", "--to", "amq.x"), "for --to: takes a name that is not empty"),
    ],
)
async def test_mistakes_are_one_line(
    words: tuple[str, ...], said: str, environment: Mapping[str, str]
) -> None:
    code, _, complained = await voyage(environment, *words)
    assert (code, complained.count("\n")) == (2, 1)
    assert said in complained
