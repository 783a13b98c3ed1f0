"""`python -m docs.tools.console_pictures`: the console in a real Chromium, where something is wrong."""

import asyncio
import base64
import io
import os
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aio_pika import Message
from PIL import Image, ImageChops

from docs.tools.console_suppliers import BUSY, FULL, KEPT
from docs.tools.watched import start
from publisher import BookingRequest, Client
from tests.browser.driver import Chromium, driver
from tests.chaos.processes import CONSUMER, WORKER, Command, Service
from voyage import devstack
from voyage.devstack.ports import HOST, free_port
from voyage.devstack.server_process import Server

PICTURES = Path(__file__).parents[1] / "pictures"
WIDTH, MARGIN, SCALE, COLOURS = 1000, 16, 1.5, 128
BOTTOM = "return Math.ceil(document.querySelector('main').lastElementChild.getBoundingClientRect().bottom)"
SUPPLIER = "docs.tools.console_suppliers:PictureSupplier"
NAMES = ("Jane Smith", "John Doe", "Ada Byron", "Ravi Iyer", "Mia Novak")
BURST, WAITS = 300, 20.0
"""Requests that come while no consumer runs, and for how many seconds, so that a curve is to be seen."""
LATER = timedelta(minutes=20)
SERVICES = {"consumer": CONSUMER, "worker": WORKER}
TAKEN = (
    ("/bookings/trip-1042", "console-cancelled", ("undone", "No room")),
    ("/bookings?id=trip-104", "console-bookings", ("503", "still booked", "car booked", "trip-1046")),
    ("/attention", "console-attention", ("still booked", "a whole number", "reply_to_gone", "None of ")),
    ("/health", "console-health", ("that are ok", "ready")),
)
"""Of each picture: the page, its name, and what the page must show."""


def main() -> None:
    """Bring it all up, book, break something, and take each picture."""
    with ExitStack() as running, devstack.stack(ui=True) as servers:
        port = free_port()
        own = {
            **os.environ,
            "AMQP_URL": servers.amqp_url,
            "TEMPORAL_ADDRESS": servers.temporal_address,
            "LOGNAME": "jane",
            "VOYAGE_UNDO_ATTEMPTS": "2",
            "VOYAGE_CONSOLE_PORT": str(port),
            "VOYAGE_CONSOLE_TEMPORAL_UI": servers.temporal_ui or "",
            **{f"VOYAGE_{leg}_SUPPLIER_PLUGIN": SUPPLIER for leg in ("CAR", "HOTEL", "FLIGHT")},
        }
        consumer, worker = (Service(Command(name, *one), own) for name, one in SERVICES.items())
        health = ",".join(f"http://{HOST}:{one.health_port}/readyz" for one in (consumer, worker))
        console = Service(
            Command("console", "Console ready", ("console",)), {**own, "VOYAGE_CONSOLE_SERVICES": health}
        )
        start(running, consumer, worker, console)
        at = running.enter_context(driver())
        window = Chromium(at, f"http://{HOST}:{port}")
        running.callback(window.close)
        asyncio.run(take(window, own, consumer))


async def take(window: Chromium, own: Mapping[str, str], consumer: Server) -> None:
    """Each picture, as soon as the page shows what it is of."""
    async with Client.connect(own["AMQP_URL"]) as client:
        await client.book(trip("trip-1041", 0))
        await client.book(trip("trip-1042", 1, hotel=FULL))
        await client.book(trip("trip-1043", 2))
        late = datetime.now(UTC) + LATER
        await client.publish(trip("trip-1044", 3, flight=BUSY, attempts=20, deadline=late))
        await burst(client, consumer)
        await trouble(client)
    await asyncio.sleep(WAITS)
    for path, name, wanted in TAKEN:
        await asyncio.to_thread(photograph, window, path, name, *wanted)


def trip(own_id: str, number: int, **other: object) -> BookingRequest:
    """A request with an id and a traveller of its own."""
    items = {"car": "small-car", "hotel": "grand-hotel", "flight": "morning-flight"}
    return BookingRequest.model_validate(
        {"name": NAMES[number % len(NAMES)], "booking_id": own_id, **items, **other}
    )


async def burst(client: Client, consumer: Server) -> None:
    """Requests that wait for a while, as no consumer runs."""
    await asyncio.to_thread(consumer.kill)
    for number in range(BURST):
        await client.publish(trip(f"order-{number}", number))
    await asyncio.sleep(WAITS)
    await asyncio.to_thread(consumer.start)


async def trouble(client: Client) -> None:
    """What needs a person: an undo that failed, a dead letter, a parked result."""
    await client.publish(trip("trip-1045", 4, car=KEPT, hotel=FULL))
    await client.publish(trip("trip-1046", 0), reply_to="booking.results.of-a-shop-that-has-gone")
    body = b'{"name": "Ravi Iyer", "attempts": "many", "car": "small-car", "hotel": "inn", "flight": "f-7"}'
    channel = await client._publisher.connection.channel()  # noqa: SLF001 -- what no client of ours would send
    await channel.default_exchange.publish(Message(body, message_id="trip-1047"), "booking.requests")


def photograph(window: Chromium, path: str, name: str, *wanted: str) -> None:
    """A page as far down as it goes, once it shows all of this."""
    window.size(WIDTH)
    window.colours("light")
    window.open(path)
    window.sees(*wanted, within=120)
    height, before = 0, -1
    while height != before:  # what is still coming in changes it
        time.sleep(2)
        height, before = window.run(BOTTOM) + MARGIN, height
    window.size(WIDTH, height)
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": SCALE}
    taken = window.devtools("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
    picture = PICTURES / f"{name}.png"
    with Image.open(io.BytesIO(base64.b64decode(taken["data"]))) as whole:
        shown = cut(whole.convert("RGB"))
    shown.quantize(COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)
    print(f"{picture.name}: {picture.stat().st_size / 1024:.0f} kB", flush=True)


def cut(whole: Image.Image) -> Image.Image:
    """Without what is empty at the bottom."""
    ground = Image.new("RGB", whole.size, whole.getpixel((whole.width - 1, whole.height - 1)))
    _, _, _, bottom = ImageChops.difference(whole, ground).getbbox() or (0, 0, 0, whole.height)
    return whole.crop((0, 0, whole.width, min(bottom + MARGIN, whole.height)))


if __name__ == "__main__":
    try:
        main()
    except devstack.DevstackError as error:
        sys.exit(f"pictures: {error}")
