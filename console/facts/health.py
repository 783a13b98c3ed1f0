"""How everything is: what doctor finds, who polls, and what each service says of itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp

from console.facts.shared import Reading, Shared
from console.facts.temporal import TemporalLink
from console.settings import ConsoleSettings
from consumer.diagnostics import doctor
from consumer.diagnostics.broker_permissions import NOT_PERMITTED
from saga.temporal.poller_checks import KINDS, last_poll_time, recent_pollers
from voyage.runtime.check_results import CheckResult, CheckState

DOCTOR_FRESH = 20.0  # seconds
POLLERS_FRESH = 5.0
SERVICES_FRESH = 2.0
_ANSWERS_WITHIN = aiohttp.ClientTimeout(total=3)


@dataclass(frozen=True)
class Poller:
    """A process that asks Temporal for tasks, and when it last did."""

    task_queue: str
    kind: str
    identity: str
    last: datetime


@dataclass(frozen=True)
class ServiceHealth:
    """What a consumer or a worker says at its `/readyz`: ready, or why not (paused, say)."""

    url: str
    is_ready: bool
    problems: tuple[str, ...]


class Health:
    """Asks for all of it, and shares it among browsers."""

    def __init__(self, settings: ConsoleSettings, temporal: TemporalLink, shared: Shared) -> None:
        self._settings, self._temporal, self._shared = settings, temporal, shared

    async def findings(self, patience: float) -> Reading[list[CheckResult]]:
        """What `voyage-consumer doctor` finds, what is wrong first."""
        return await self._shared.get(("doctor",), self._findings, fresh=DOCTOR_FRESH, patience=patience)

    async def pollers(self, patience: float) -> Reading[list[Poller]]:
        """Who polls the two task queues."""
        return await self._shared.get(("pollers",), self._pollers, fresh=POLLERS_FRESH, patience=patience)

    async def services(self, patience: float) -> Reading[list[ServiceHealth]]:
        """What the services that are named in the settings say."""
        return await self._shared.get(("services",), self._services, fresh=SERVICES_FRESH, patience=patience)

    async def _findings(self) -> list[CheckResult]:
        found = map(_as_of_a_console, await doctor.run_checks(self._settings))
        order = CheckState.by_urgency()
        return sorted(found, key=lambda one: order.index(one.state))

    async def _pollers(self) -> list[Poller]:
        client = self._temporal.client
        return [
            Poller(queue, word, one.identity, last_poll_time(one))
            for queue in (self._settings.task_queue, self._settings.reply_task_queue)
            for kind, word in KINDS.items()
            for one in await recent_pollers(client, queue, kind)
        ]

    async def _services(self) -> list[ServiceHealth]:
        async with aiohttp.ClientSession(timeout=_ANSWERS_WITHIN) as session:
            return [await _asked(session, url) for url in self._settings.services]


def _as_of_a_console(one: CheckResult) -> CheckResult:
    """A console takes no requests: that its user may not is right, and says nothing of the consumers'."""
    if one.name.startswith("reading ") and one.found == NOT_PERMITTED:
        to_do = "Right so; whether the consumers' user may, voyage-consumer doctor tells with their AMQP_URL"
        return CheckResult(one.name, CheckState.UNKNOWN, "not permitted to the console's user", to_do)
    return one


async def _asked(session: aiohttp.ClientSession, url: str) -> ServiceHealth:
    try:
        async with session.get(url, allow_redirects=False) as answer:
            told: Any = await answer.json()
        problems = tuple(f"{one['check']}: {one['text']} ({one['reason']})" for one in told["problems"])
        return ServiceHealth(url, bool(told["ready"]), problems)
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as failure:
        return ServiceHealth(url, is_ready=False, problems=(f"no answer ({type(failure).__name__})",))
