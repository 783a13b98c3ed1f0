"""The console's pages over real servers, asked by a client that keeps cookies and sends forms."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar
from aiohttp.test_utils import TestServer

from console.access.doors import door_of
from console.settings import ConsoleSettings
from console.web.application import application
from console.web.state import Console
from consumer.settings import ConsumerSettings
from publisher.amqp.connection import declare_topology
from tests.poll import eventually
from tests.queues import delete_queues
from voyage.runtime.process import end

TOKEN = re.compile(r'name="token" value="([^"]+)"')
CARD = '<li class="card"'


@dataclass
class Browser:
    """One browser: its cookies, and what it sees."""

    session: ClientSession
    console: Console

    async def get(self, path: str) -> str:
        """The text of a page that must be there."""
        async with self.session.get(path) as answer:
            text = await answer.text()
            assert answer.status == 200, text
            return text

    async def post(self, path: str, **fields: str) -> tuple[ClientResponse, str]:
        """Send a form with the token of the session, without following where it leads."""
        token = TOKEN.findall(await self.get("/book"))[0]
        async with self.session.post(path, data={"token": token, **fields}, allow_redirects=False) as answer:
            return answer, await answer.text()

    async def acts(self, path: str, **fields: str) -> str:
        """Press a button that isn't asked about again; the page that follows."""
        answer, text = await self.post(path, **fields)
        assert answer.status == 303, text
        return await self.get(answer.headers["Location"].partition("#")[0])

    @asynccontextmanager
    async def looking(self, path: str) -> AsyncIterator[AsyncIterator[str]]:
        """What comes while somebody looks at a page."""
        async with self.session.get(f"/live{path}") as stream:
            assert stream.status == 200

            async def events() -> AsyncIterator[str]:
                lines: list[str] = []
                async for line in stream.content:
                    text = line.decode().rstrip("\n")
                    if text.startswith("data: "):
                        lines.append(text.removeprefix("data: "))
                    elif lines:
                        yield "\n".join(lines)
                        lines = []

            yield events()

    async def sees(self, path: str, *wanted: str, cards: int | None = None, within: float = 30.0) -> str:
        """What comes while somebody looks, once it has all of this in it, and so many cards."""
        last = ""
        try:
            async with asyncio.timeout(within), self.looking(path) as events:
                async for last in events:
                    if all(one in last for one in wanted) and cards in {None, last.count(CARD)}:
                        return last
        except TimeoutError:
            pass
        raise AssertionError(f"{path} never showed {wanted}, {cards} cards; the last was {last}")


def console_settings(settings: ConsumerSettings, **changes: Any) -> ConsoleSettings:
    return ConsoleSettings(**settings.model_dump()).model_copy(
        update={"amqp_url": settings.amqp_url, "trip": settings.trip, **changes}
    )


@asynccontextmanager
async def a_console(settings: ConsoleSettings) -> AsyncIterator[Console]:
    """A console that looks after its connections, as its process has it."""
    console = Console(settings, door_of(settings))
    watching = [
        asyncio.create_task(work)
        for work in (console.temporal.watch(), console.broker.watch(), console.samples.watch())
    ]
    try:
        yield console
    finally:
        await console.sending.close()
        await end(watching)


async def until_connected(console: Console) -> None:
    """Return when it has both servers, without which no action is done."""
    await eventually("both servers", lambda: not (console.broker.away or console.temporal.away))


@asynccontextmanager
async def a_browser(console: Console, **headers: str) -> AsyncIterator[Browser]:
    server = TestServer(application(console))
    await server.start_server()
    session = ClientSession(
        server.make_url("/"),
        cookie_jar=CookieJar(unsafe=True),
        headers={key.replace("_", "-"): one for key, one in headers.items()},
    )
    try:
        yield Browser(session, console)
    finally:
        await session.close()
        await server.close()


@pytest.fixture
async def own_queues(settings: ConsumerSettings) -> AsyncIterator[ConsumerSettings]:
    """Settings whose queues are there, and gone afterwards."""
    await declare_topology(settings)
    yield settings
    await delete_queues(settings)


@pytest.fixture
async def browser(own_queues: ConsumerSettings) -> AsyncIterator[Browser]:
    """A browser on the console's own machine."""
    async with a_console(console_settings(own_queues)) as console, a_browser(console) as browser:
        await until_connected(console)
        yield browser
