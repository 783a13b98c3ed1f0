"""What our processes say of themselves at `/readyz`, and since when."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import httpx

from tests.chaos.processes import Service
from voyage.devstack.ports import HOST

EVERY = 0.25  # seconds between two questions to one process
ANSWER_WITHIN = 2.0  # seconds; no answer counts as not ready
NO_ANSWER = "no answer"


class Readiness:
    """Asks each process again and again; keeps when its answer changed."""

    def __init__(self, services: Mapping[str, Service]) -> None:
        self._services = services
        self._changes: dict[str, list[tuple[float, str]]] = {name: [] for name in services}

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch for as long as the block lasts."""
        async with httpx.AsyncClient(timeout=ANSWER_WITHIN) as client:
            asking = [asyncio.create_task(self._ask(client, name)) for name in self._services]
            try:
                yield
            finally:
                for task in asking:
                    task.cancel()
                await asyncio.gather(*asking, return_exceptions=True)

    def noticed(self, name: str, since: float, until: float) -> float | None:
        """Seconds from `since` until this process was not ready; None: it was ready all the time."""
        times = [when for when, problem in self._changes[name] if problem and since <= when <= until]
        return min(times) - since if times else None

    def reasons(self, names: Sequence[str], since: float) -> list[str]:
        """What they have said since then, besides that they are ready."""
        said = (text for name in names for when, text in self._changes[name] if text and when >= since)
        return list(dict.fromkeys(said))

    def all_ready(self) -> bool:
        """Whether each said last that it is ready."""
        return all(changes and not changes[-1][1] for changes in self._changes.values())

    async def _ask(self, client: httpx.AsyncClient, name: str) -> None:
        changes, url = self._changes[name], f"http://{HOST}:{self._services[name].health_port}/readyz"
        while True:
            problem = await _problem(client, url)
            if not changes or changes[-1][1] != problem:
                changes.append((asyncio.get_running_loop().time(), problem))
            await asyncio.sleep(EVERY)


async def _problem(client: httpx.AsyncClient, url: str) -> str:
    """Why the process is not ready, or nothing."""
    try:
        response = await client.get(url)
    except httpx.HTTPError:
        return NO_ANSWER
    return "" if response.is_success else response.text.strip() or str(response.status_code)
