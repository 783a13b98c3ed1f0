"""Nobody gets in who doesn't belong, nothing is done that its session didn't ask for, no text is markup."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from aio_pika import Message, connect

from console.access.users import Right, line_of
from console.web.buttons import ACTIONS
from consumer.settings import ConsumerSettings
from saga.cli.attention import login_name
from saga.suppliers.supplier import SupplierCall
from tests.integration.conftest import Saga
from tests.integration.console.conftest import (
    TOKEN,
    Browser,
    a_browser,
    a_console,
    console_settings,
    until_connected,
)

PASSWORD = "correct horse battery"  # noqa: S105 -- of these tests
SCRIPT = "<script>alert(1)</script>"
ATTRIBUTE = '"><img src=x onerror=alert(1)>'
HOSTILE = f"{SCRIPT}{ATTRIBUTE}'{{{{1234*5678}}}}&lt;"
OURS = '<script src="/static/console.js" defer></script>'


def is_harmless(page: str) -> bool:
    rest = page.replace(OURS, "")
    return (
        "<script" not in rest
        and "<img" not in rest
        and "onerror=alert(1)>'" not in rest
        and "7006652" not in rest
    )


async def test_scripts_in_a_message_are_shown_as_text(browser: Browser, own_queues: ConsumerSettings) -> None:
    body = json.dumps({"name": HOSTILE, HOSTILE: HOSTILE, "booking_id": HOSTILE}).encode()
    headers: dict[str, Any] = {
        "x-reason": HOSTILE,
        "x-error": HOSTILE,
        "x-reply-to": HOSTILE,
        HOSTILE[:100]: HOSTILE,
    }
    async with await connect(own_queues.amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        for queue in (own_queues.dead_queue, own_queues.parked_queue):
            message = Message(
                body,
                message_id=HOSTILE,
                headers=headers,
                correlation_id=HOSTILE,
                reply_to="amq.gen-x",
                type=HOSTILE,
            )
            await channel.default_exchange.publish(message, queue)
    page = await browser.sees("/attention", 'id="dead-1-', 'id="parked-1-')
    assert page.count("&lt;script&gt;alert(1)") > 10
    assert is_harmless(page)
    assert is_harmless(await browser.get("/attention"))
    _, asked = await browser.post("/dead/drop", id=HOSTILE)
    assert "&lt;script&gt;" in asked
    assert is_harmless(asked)
    done = await browser.acts("/dead/drop", id=HOSTILE, confirmed="yes")
    assert "&lt;script&gt;" in done
    assert is_harmless(done)


async def test_scripts_in_a_booking_are_shown_as_text(browser: Browser, saga: Saga) -> None:
    async def fail(_: SupplierCall) -> None:
        raise RuntimeError(HOSTILE)

    saga.supplier.on["book flight"] = fail
    handle = await saga.start(prefix="booking-", hotel=HOSTILE, flight=HOSTILE, attempts=1)
    await handle.result()
    own = handle.id.removeprefix("booking-")
    for path in (f"/bookings/{own}", f"/bookings?id={own}"):
        page = await browser.sees(path, "cancelled", "&lt;script&gt;alert(1)")
        assert is_harmless(page)


@pytest.mark.parametrize(
    "path", ["/bookings?id={}&name={}&leg={}&page={}", "/bookings/{}", "/book?example={}", "/{}"]
)
async def test_scripts_in_an_address_are_shown_as_text(browser: Browser, path: str) -> None:
    async with browser.session.get(path.replace("{}", quote(HOSTILE, safe=""))) as answer:
        assert is_harmless(await answer.text())


@pytest.mark.parametrize("path", ["/bookings", "/nothing", "/static/console.js", "/live/bookings"])
async def test_every_answer_tells_browsers_what_they_may_do(browser: Browser, path: str) -> None:
    async with browser.session.get(path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Server" not in answer.headers


async def test_nothing_in_a_page_needs_more_than_the_policy_allows(browser: Browser) -> None:
    for path in ("/bookings", "/attention", "/health", "/book"):
        page = await browser.get(path)
        needs = r"<style|style=|<[^>]*\son\w+=|javascript:|(?:src|href|action|content)=.?https?://"
        assert not re.search(needs, page.replace("http-equiv", ""))


async def test_the_cookie_is_kept_from_scripts_and_other_sites(browser: Browser) -> None:
    async with browser.session.get("/bookings") as answer:
        cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.parametrize("path", ["/book", "/dead/drop", "/cancel", "/logout"])
async def test_a_form_without_the_sessions_token_does_nothing(browser: Browser, path: str) -> None:
    await browser.get("/book")
    for fields in ({}, {"token": "x"}, {"token": "ü"}):
        async with browser.session.post(
            path, data={"confirmed": "yes", **fields}, allow_redirects=False
        ) as answer:
            assert answer.status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_a_form_of_another_site_does_nothing(browser: Browser, headers: dict[str, str]) -> None:
    token = TOKEN.findall(await browser.get("/book"))[0]
    data = {"token": token, "id": "one", "confirmed": "yes"}
    async with browser.session.post("/dead/drop", data=data, headers=headers) as answer:
        assert answer.status == 403
        assert "another site" in await answer.text()


async def test_a_foreign_name_of_this_machine_gets_nothing(browser: Browser) -> None:
    for path in ("/bookings", "/static/console.js", "/live/bookings"):
        async with browser.session.get(path, headers={"Host": "evil.example"}) as answer:
            assert answer.status == 403


async def test_what_cant_be_read_is_refused_and_no_bug(browser: Browser) -> None:
    kind = "application/x-www-form-urlencoded; charset=nonsense"
    async with browser.session.post("/cancel", data=b"token=%ff", headers={"Content-Type": kind}) as answer:
        assert answer.status == 400
        assert "This form can&#39;t be read." in await answer.text()
    page = await browser.acts("/cancel", id="x" * 5000, confirmed="yes")
    assert "can&#39;t be the id of a booking" in page


async def test_an_action_leads_nowhere_else(browser: Browser) -> None:
    for back in ("https://evil.example", "//evil.example", "/\\evil.example"):
        answer, _ = await browser.post("/attention/retry", id="nobody", back=back)
        assert answer.headers["Location"] == "/attention"


@pytest.fixture
def users(tmp_path: Path) -> Path:
    path = tmp_path / "users"
    path.write_text(f"{line_of('jane', Right.LOOK, PASSWORD)}\n{line_of('joe', Right.ACT, PASSWORD)}\n")
    return path


async def login(browser: Browser, name: str, password: str, **fields: str) -> tuple[int, str]:
    async with browser.session.get("/login") as answer:
        token = TOKEN.findall(await answer.text())[0]
    data = {"token": token, "name": name, "password": password, **fields}
    async with browser.session.post("/login", data=data, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


async def test_users_look_and_act_as_the_file_says(
    own_queues: ConsumerSettings, users: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = console_settings(own_queues, console_users=users)
    async with a_console(settings) as console, a_browser(console) as browser:
        async with browser.session.get("/health", allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/login?to=/health"
        for path in ("/live/bookings", "/live/health"):
            async with browser.session.get(path) as answer:
                assert answer.status == 401
        async with browser.session.post("/dead/drop", data={"id": "x"}) as answer:
            assert answer.status == 401

        assert (await login(browser, "jane", "wrong password"))[0] == 403
        before = {one.value for one in browser.session.cookie_jar}
        assert await login(browser, "jane", PASSWORD, to="//evil.example") == (303, "/bookings")
        assert before.isdisjoint(one.value for one in browser.session.cookie_jar)
        page = await browser.get("/attention")
        assert "jane (looks only)" in page
        answer, text = await browser.post("/dead/drop", id="x", confirmed="yes")
        assert answer.status == 403
        assert "You may look, and not act." in text

        users.write_text(line_of("joe", Right.ACT, PASSWORD))  # noqa: ASYNC240 -- a short file
        async with browser.session.get("/health", allow_redirects=False) as answer:
            assert answer.headers["Location"].startswith("/login")
        assert (await login(browser, "joe", PASSWORD))[0] == 303
        with caplog.at_level("INFO", logger="console.actions"):
            await browser.acts("/attention/retry", id="nobody-1")
        assert "An action in the console" in caplog.text
        await browser.acts("/logout")


async def test_whoever_is_out_of_the_file_sees_nothing_more(
    own_queues: ConsumerSettings, users: Path
) -> None:
    settings = console_settings(own_queues, console_users=users)
    async with a_console(settings) as console, a_browser(console) as browser:
        await login(browser, "jane", PASSWORD)
        async with browser.looking("/bookings") as events:
            await anext(events)
            users.write_text(line_of("joe", Right.ACT, PASSWORD))  # noqa: ASYNC240 -- a short file
            ended = [event async for event in events]
        assert len(ended) < 5


async def test_the_proxy_names_the_user_and_nobody_else_does(own_queues: ConsumerSettings) -> None:
    named = console_settings(own_queues, console_user_header="X-User", console_actors="joe")
    async with a_console(named) as console, a_browser(console) as browser:
        async with browser.session.get("/bookings") as answer:
            assert answer.status == 403
        async with browser.session.get("/bookings", headers=[("X-User", "a"), ("X-User", "b")]) as answer:
            assert answer.status == 403
        async with browser.session.get("/bookings", headers={"X-User": SCRIPT}) as answer:
            assert is_harmless(await answer.text())
    async with a_console(named) as console, a_browser(console, X_User="joe") as browser:
        await until_connected(console)
        assert "nobody-1" in await browser.acts("/attention/retry", id="nobody-1")
    elsewhere = named.model_copy(update={"console_proxies": "192.0.2.7"})
    async with (
        a_console(elsewhere) as console,
        a_browser(console, X_User="joe") as browser,
        browser.session.get("/bookings") as answer,
    ):
        assert answer.status == 403
        assert "through its proxy only" in await answer.text()


@pytest.mark.parametrize("path", ACTIONS)
async def test_every_action_is_logged_with_its_outcome(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    told: list[tuple[str, ...]] = []
    monkeypatch.setattr("console.web.action_log.record", lambda *fields: told.append(fields))
    own = f"t-{uuid4().hex}"
    await browser.acts(path, id=own, note="by phone", confirmed="yes")
    [(who, what, on, outcome)] = told
    assert (who, what, on) == (login_name(), ACTIONS[path].name, own)
    assert outcome == "done" if path == "/cancel" else outcome.startswith("failed: ")
