"""The console as a person uses it: by clicks, by the keyboard alone, small, dark, and with hostile texts."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client as Temporal

from tests.browser.conftest import Scene
from tests.browser.driver import ENTER, TAB, Chromium
from tests.clients.test_official_tools import ROOM, install

PAGES = ("/bookings", "/attention", "/health", "/book?example=flaky", "a booking", "a question")
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
AXE = "const done = arguments[0]; axe.run().then(done, (e) => done({violations: [{id: String(e)}]}))"
LETTER = {"name": "Jane", "attempts": "many", "car": "c", "hotel": "h", "flight": "f"}


@pytest.fixture
def page(chromium: Chromium) -> Chromium:
    chromium.size(1200)
    chromium.colours("light")
    return chromium


async def go(page: Chromium, scene: Scene, where: str) -> None:
    """To a path, the page of a booking that was cancelled, or what is asked before something is lost."""
    if where == "a booking":
        page.open("/book?example=refused")
        page.click("form.book button")
        page.sees("cancelled", css="#view")
    elif where == "a question":
        own = f"m-{uuid4().hex}"
        await scene.put(scene.world.settings.dead_queue, own, json.dumps(LETTER).encode())
        page.open("/attention")
        page.sees(own)
        page.click("[id^='dead-'] form[action='/dead/drop'] button")
        page.sees("removed for good")
    else:
        page.open(where)
    page.find("main")


def unloaded(page: Chromium) -> None:
    """Mark the page, to see whether it is still the same one later."""
    page.run("window.isTheSame = true")


def is_the_same(page: Chromium) -> bool:
    return bool(page.run("return window.isTheSame === true"))


@pytest.mark.parametrize(
    ("example", "status", "legs"),
    [
        ("One that works", "booked", ("car booked", "hotel booked", "flight booked")),
        ("One that is refused", "cancelled", ("car undone", "hotel undone", "flight refused")),
        ("One that is flaky", "booked", ("flight booked", "3 tries")),
    ],
)
def test_a_newcomer_books_an_example_and_watches(
    page: Chromium, example: str, status: str, legs: tuple[str, ...]
) -> None:
    page.open("/book")
    name = {"One that works": "works", "One that is refused": "refused", "One that is flaky": "flaky"}[
        example
    ]
    page.click(f"a[href='/book?example={name}']")
    page.sees("Book: BookingRequest")
    page.click("form.book button")
    page.sees("The request for")
    unloaded(page)
    seen = page.sees(status, *legs, css="#view")
    assert is_the_same(page)
    assert "Answer" in seen


def test_times_are_local_with_the_offset_on_hover(page: Chromium) -> None:
    page.devtools("Emulation.setTimezoneOverride", timezoneId="Asia/Kolkata")
    page.open("/bookings")
    page.find("#view time")
    title = page.run("return document.querySelector('#view time').title")
    assert "GMT+5:30" in title
    assert "UTC" not in page.text("#view time")
    page.devtools("Emulation.setTimezoneOverride", timezoneId="")


async def test_an_undo_that_failed_is_retried_and_settled(page: Chromium, scene: Scene) -> None:
    first, second = f"t-{uuid4().hex}", f"t-{uuid4().hex}"
    for own in (first, second):
        page.open("/book?example=refused")
        page.run("document.querySelector('[name=\"field.hotel\"]').value = 'stubborn-hotel'")
        page.type("[name='field.booking_id']", own)
        page.click("form.book button")
        page.sees("hotel still booked", css="#view")
    page.open("/attention")
    page.sees(first, second, "The month is closed")

    card = f"#open-booking-{second}"
    page.click(f"{card} input[name=note]")
    page.type(f"{card} input[name=note]", "by phone")
    page.press(ENTER)
    page.sees("can't be taken back", "Leave it", "Settle it")
    page.click("button.danger")
    page.sees(f"{second} is settled")
    scene.may_undo.touch()
    page.click(f"#open-booking-{first} form[action='/attention/retry'] button")
    page.sees(f"{first} tries again")
    page.open(f"/bookings/{first}")
    page.sees("cancelled", "hotel undone", css="#view")
    page.open(f"/bookings/{second}")
    page.sees("cancelled", "Settled by hand: by phone", css="#view")
    scene.may_undo.unlink()


async def test_a_dead_letter_is_mended_and_another_one_dropped(page: Chromium, scene: Scene) -> None:
    dead = scene.world.settings.dead_queue
    first, second, third = (f"t-{uuid4().hex}" for _ in range(3))
    for own in (first, second):
        body = json.dumps({**LETTER, "booking_id": own}).encode()
        await scene.put(dead, own, body, **{"x-reason": "invalid", "x-error": "attempts: takes a number"})
    page.open("/attention")
    page.sees(first, second, "attempts: takes a number")
    card = f"[id^='dead-'][id$='{first}']"
    page.click(f"{card} form[action='/dead/replay'] summary")
    attempts = f"{card} textarea[name='set.attempts']"
    page.run("document.querySelector(arguments[0]).value = ''", attempts)
    page.type(attempts, "5")
    unloaded(page)
    await scene.put(dead, third, b"{}", **{"x-reason": "invalid"})
    page.sees(third)
    assert is_the_same(page)
    assert page.run("return document.querySelector(arguments[0]).value", attempts) == "5"
    assert page.run("return document.activeElement === document.querySelector(arguments[0])", attempts)
    page.click(f"{card} form[action='/dead/replay'] button")
    page.sees(f"{first} is sent in again, with 1 changed.")
    page.open(f"/bookings/{first}")
    page.sees("booked", "Answer", css="#view")

    page.open("/attention")
    for own in (second, third):
        page.click(f"[id^='dead-'][id$='{own}'] form[action='/dead/drop'] button")
        page.sees("removed for good")
        page.click("button.danger")
        page.sees(f"{own} is dropped.")
    assert page.run("return document.querySelectorAll(\"[id^='dead-']\").length") == 0


async def test_a_parked_result_is_sent(page: Chromium, scene: Scene) -> None:
    settings = scene.world.settings
    await scene.put(
        settings.parked_queue, "parked-1", b"{}", **{"x-reason": "reply_to_gone", "x-reply-to": "gone"}
    )
    page.open("/attention")
    page.sees("parked-1", "reply_to_gone", "for gone")
    page.type("[id^='parked-'] input[name=to]", settings.results_queue)
    page.click("[id^='parked-'] form[action='/parked/resend'] button")
    page.sees(f"parked-1 is sent to {settings.results_queue}.")


async def test_a_parked_result_is_dropped(page: Chromium, scene: Scene) -> None:
    own = f"parked-{uuid4().hex}"
    await scene.put(scene.world.settings.parked_queue, own, b"{}", **{"x-reply-to": "gone"})
    page.open("/attention")
    page.sees(own)
    page.click(f"li[id$='{own}'] form[action='/parked/drop'] button")
    page.sees(own, "removed for good")
    page.click("button.danger")
    page.sees(f"{own} is dropped.")


async def test_a_booking_that_can_not_go_on_is_terminated(page: Chromium, scene: Scene) -> None:
    """Its policy is more than the workflow's code can take."""
    own, temporal = f"booking-{uuid4().hex}", await Temporal.connect(scene.world.temporal_address)
    booking = {"book_user_id": "j", "book_car_id": "c", "book_hotel_id": "h", "book_flight_id": "f"}
    stuck = {**booking, "policy": {"retry_interval": 1e20}}
    queue = scene.world.settings.task_queue
    await temporal.start_workflow("BookingWorkflow", stuck, id=own, task_queue=queue)
    page.open("/attention")
    page.sees(own.removeprefix("booking-"), within=90)
    page.click("form[action='/attention/terminate'] button")
    page.sees(own, "undone by hand")
    page.click("button.danger")
    page.sees(f"{own} is terminated.")


def test_health_says_that_all_is_well_and_who_polls(page: Chromium) -> None:
    page.open("/health")
    page.sees("that are ok", "workflow tasks:", "1 consumer", within=60)


def test_the_keyboard_alone_suffices(page: Chromium) -> None:
    page.open("/bookings")
    page.press(TAB)
    assert page.run("return document.activeElement.className") == "skip"
    for _ in range(4):
        page.press(TAB)
    assert page.run("return document.activeElement.innerText") == "Book"
    page.press(ENTER)
    page.sees("Fill in an example")
    page.run("document.querySelector('a[href*=works]').focus()")
    page.press(ENTER)
    page.sees("Fill in an example")
    page.find("input[value='my-car']")
    page.run("document.querySelector('[name=\"field.name\"]').focus()")
    page.press(ENTER)
    page.sees("The request for", "booked")


async def test_scripts_in_every_field_are_text(page: Chromium, scene: Scene) -> None:
    page.open("/book")
    for field in ("name", "car", "hotel", "flight"):
        page.type(f"[name='field.{field}']", SCRIPT)
    page.click("form.book button")
    page.sees("booked", SCRIPT, css="#view")
    body = json.dumps({SCRIPT: SCRIPT, "booking_id": SCRIPT}).encode()
    headers = {"x-reason": SCRIPT, "x-error": SCRIPT, SCRIPT: SCRIPT}
    await scene.put(scene.world.settings.dead_queue, SCRIPT, body, **headers)
    page.open("/attention")
    page.sees(SCRIPT)
    page.run("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.text("#view").count(SCRIPT) > 5
    page.click("[id^='dead-'] form[action='/dead/drop'] button")
    page.sees(SCRIPT, "removed for good")
    page.click("button.danger")
    page.sees(f"{SCRIPT} is dropped.")
    assert page.run("return document.querySelectorAll('main img, main script').length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
async def test_an_accessibility_checker_finds_nothing(
    page: Chromium, scene: Scene, path: str, scheme: str
) -> None:
    install()
    axe = (ROOM / "node_modules/axe-core/axe.min.js").read_text()
    page.colours(scheme)
    await go(page, scene, path)
    page.run("for (const one of document.querySelectorAll('details')) one.open = true")
    page.devtools("Runtime.evaluate", expression=axe)
    found: dict[str, Any] = page.do(
        "POST",
        "/execute/async",
        script=AXE,
        args=[],
    )
    told = [(one["id"], [node["html"][:200] for node in one.get("nodes", [])]) for one in found["violations"]]
    assert told == []


@pytest.mark.parametrize("path", PAGES)
async def test_320_pixels_are_wide_enough(page: Chromium, scene: Scene, path: str) -> None:
    page.size(320)
    await go(page, scene, path)
    assert page.run("return document.scrollingElement.scrollWidth") <= 320


async def test_the_browser_complains_of_nothing(page: Chromium, scene: Scene, tmp_path: Path) -> None:
    for path in PAGES:
        await go(page, scene, path)
    assert [one for one in page.complaints() if "favicon" not in one] == []
    page.photograph(tmp_path / "page.png")
