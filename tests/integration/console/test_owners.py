"""Bookings that have owners, in the console: whose they are, and a cancel for whom it is."""

from uuid import uuid4

import pytest

from console.errors import ActionError
from console.facts.owners import whose
from publisher.amqp.connection import connected
from publisher.amqp.message import Delivery
from publisher.settings import BrokerSettings
from tests.integration.conftest import Saga
from tests.integration.console.conftest import (
    Browser,
    a_browser,
    a_console,
    console_settings,
    until_connected,
)
from voyage.trips.booking_ids import owner_id


async def test_a_booking_is_shown_with_its_owner_and_found_by_him(browser: Browser, saga: Saga) -> None:
    owner = owner_id(f"bob.{uuid4().hex[:6]}@example.com")
    handle = await saga.start(prefix=f"booking-{owner}/")
    shown = handle.id.removeprefix("booking-")

    page = await browser.sees(f"/bookings/{shown.replace('/', '%2F')}", "status booked")
    assert "No booking" not in page
    await browser.sees(f"/bookings?id={owner}/", shown, cards=1)


async def test_a_cancel_is_sent_for_the_owner(browser: Browser) -> None:
    settings = browser.console.settings
    on = console_settings(settings, owners=True)
    async with a_console(on) as console, a_browser(console) as own, connected(settings) as connection:
        await until_connected(console)
        queue = await (await connection.channel()).get_queue(settings.control_queue)
        for shown, owner in (("alice/trip-1", "alice"), ("bob@2Ex/trip-1", "bob.x"), ("trip-1", "")):
            await own.acts("/cancel", id=shown, confirmed="yes")
            message = Delivery.from_message(await queue.get(no_ack=True, timeout=10))
            assert (message.headers["x-owner"], b'"trip-1"' in message.body) == (owner, True)


def test_an_owner_whose_id_does_not_tell_him_is_named_by_a_person() -> None:
    with pytest.raises(ActionError, match="--owner"):
        whose(f"{owner_id('x' * 99)}/trip-1", BrokerSettings(owners=True))
