"""Users of a password file in a browser: who looks, who acts, and what a session that ends looks like."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from console.access.users import Right, line_of
from tests.acceptance.services import Service
from tests.browser.conftest import Scene
from tests.browser.driver import ENTER, Chromium

PASSWORD = "correct horse battery"  # noqa: S105 -- of these tests


@pytest.fixture
async def users(tmp_path: Path) -> Path:
    path = tmp_path / "users"
    names = {"joe": Right.ACT, "jane": Right.LOOK}
    path.write_text("\n".join(line_of(name, right, PASSWORD) for name, right in names.items()))
    return path


@pytest.fixture
async def console(scene: Scene, users: Path) -> AsyncIterator[Service]:
    before = dict(scene.world.extra)
    scene.world.extra["VOYAGE_CONSOLE_USERS"] = str(users)
    service = await scene.world.run("console")
    scene.world.extra = before
    yield service
    await service.end()


async def address_of(console: Service) -> str:
    return str(re.findall(r"http://[\w.:]+", await console.logged("Console ready on "))[0])


def log_in(page: Chromium, name: str, password: str = PASSWORD) -> None:
    page.type("input[name=name]", name)
    page.type("input[name=password]", password)
    page.press(ENTER)


async def test_users_log_in_and_are_told_when_they_are_out(
    console: Service, users: Path, at: httpx.Client
) -> None:
    with closing(Chromium(at, await address_of(console))) as page:
        page.open("/health")
        log_in(page, "jane", "wrong")
        page.sees("There is no such user with this password.")
        log_in(page, "jane")
        page.sees("jane (looks only)", "What doctor finds")
        page.open("/book")
        page.sees("You may look, and not act.")
        assert page.run("return document.querySelectorAll('form.book button').length") == 0
        page.click(".who button")
        page.sees("Log in")
        log_in(page, "joe")
        page.sees("joe", "Log out", "Bookings")

        await asyncio.to_thread(users.write_text, line_of("jane", Right.LOOK, PASSWORD))
        page.sees("You are logged out. Load the page anew to log in.")
        page.open("/bookings")
        page.sees("Log in", "Password")
    line = await console.logged("failed: wrong password")
    assert "who=jane" in line
    assert "who=joe" in await console.logged("outcome=done who=joe")


def test_a_double_click_sends_a_form_once(chromium: Chromium) -> None:
    chromium.open("/book?example=works")
    chromium.run(
        "window.went = 0;"
        "document.addEventListener('submit', (event) => {"
        "  if (!event.defaultPrevented) window.went += 1;"
        "  event.preventDefault();"
        "});"
        "const button = document.querySelector('form.book button');"
        "button.click();"
        "button.click();"
    )
    assert chromium.run("return window.went") == 1
