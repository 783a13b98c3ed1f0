"""Looking at a process from outside, as a supervisor and Prometheus do."""

from dataclasses import dataclass
from typing import Self

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.acceptance.services import Service
from tests.poll import eventually


@dataclass(frozen=True)
class Watched:
    """A process with its health port."""

    service: Service
    url: str

    @classmethod
    async def of(cls, service: Service) -> Self:
        line = await service.logged("Health and metrics on")
        return cls(service, "http://" + line.partition("http://")[2].split()[0].strip('",'))

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(timeout=5) as client:
            return await client.get(self.url + path)

    async def reasons(self) -> dict[str, str]:
        """Why it is not ready, check by check; empty if it is."""
        answer = await self.get("/readyz")
        body = answer.json()
        assert (answer.status_code == 200) == body["ready"] == (not body["problems"])
        return {problem["check"]: problem["reason"] for problem in body["problems"]}

    async def until_ready(self, within: float = 60.0) -> None:
        async def look() -> bool:
            return not await self.reasons()

        await eventually("/readyz to say ready", look, within)

    async def until_reason(self, reason: str, within: float = 60.0) -> None:
        async def look() -> bool:
            return reason in (await self.reasons()).values()

        await eventually(f"/readyz to say {reason}", look, within)

    async def numbers(self, name: str) -> dict[frozenset[tuple[str, str]], float]:
        """The samples of this name, by their labels."""
        text = (await self.get("/metrics")).text
        return {
            frozenset(sample.labels.items()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name
        }

    async def total(self, name: str, **labels: str) -> float:
        """The sum of the samples of this name that have these labels."""
        found = await self.numbers(name)
        return sum(value for have, value in found.items() if have >= frozenset(labels.items()))
